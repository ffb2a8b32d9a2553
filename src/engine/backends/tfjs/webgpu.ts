import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import type { DeviceBackend } from "../deviceBackend.ts";
import { partsOf } from "./denseParts.ts";
import { TensorPolicy } from "./tensorPolicy.ts";

const name = "webgpu";

/** What the npm package `webgpu` exports. */
interface WebGpuPackage {
  readonly create: (options: readonly string[]) => GPU;
  readonly globals: object;
}

/**
 * Opens WebGPU through the npm package `webgpu`, whose index.js lies at `entry`. Throws what the loader says where its
 * binary is broken, and an Error "no adapter" where no driver offers a device.
 */
export async function openWebGpu(entry: string, version: string): Promise<DeviceBackend> {
  const { create, globals } = (await import(pathToFileURL(entry).href)) as WebGpuPackage;
  const gpu = create([]);
  actAsWorker(gpu, globals);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("no adapter");
  const { info } = adapter as GPUAdapter & { readonly info: GPUAdapterInfo };
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  const gpuDevice = await requestDevice(adapter);
  const takeTrouble = watch(gpuDevice);
  const opened = new WebGPUBackend(gpuDevice, info);
  if (!tf.engine().registryFactory[name]) tf.registerBackend(name, () => opened);
  await tf.setBackend(name);
  const device = info.description || [info.vendor, info.architecture].filter(Boolean).join(" ") || "GPU";
  return {
    name,
    version,
    device,
    precision: "float32",
    createPolicy: (specification) => new TensorPolicy(name, device, partsOf(specification), takeTrouble),
    tensorCount: () => tf.memory().numTensors,
  };
}

/** The library looks for WebGPU where a browser's worker has it. */
function actAsWorker(gpu: GPU, globals: object): void {
  Object.assign(globalThis, globals, { WorkerGlobalScope: class {} });
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
}

/**
 * Listens for what goes wrong: a WebGPU device throws nothing, but says later that it had no memory, and computes zeros.
 * @returns what to ask for the first line of trouble since the last time; a lost device stays lost.
 */
function watch(device: GPUDevice): () => string | undefined {
  let trouble: string | undefined;
  let lost: string | undefined;
  device.addEventListener("uncapturederror", (event) => {
    trouble ??= (event as GPUUncapturedErrorEvent).error.message.split("\n")[0];
  });
  void device.lost.then(({ message }) => {
    lost = `the device was lost: ${message}`;
  });
  return () => {
    const first = lost ?? trouble;
    trouble = undefined;
    return first;
  };
}

/** A device with the most that the adapter allows, as large batches need it. */
function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const { limits } = adapter;
  return adapter.requestDevice({
    requiredLimits: {
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  });
}
