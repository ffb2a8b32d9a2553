import { createRequire } from "node:module";
import { cpus } from "node:os";
import util from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import type { TFJSBinding } from "@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js";
import type { DeviceBackend } from "../deviceBackend.ts";
import { partsOf } from "./denseParts.ts";
import { TensorPolicy } from "./tensorPolicy.ts";

const name = "tensorflow";

/**
 * Opens TensorFlow through its compiled binding at `entry`. Throws what the loader says where the binding, or a library it
 * needs, is broken or of another platform.
 */
export async function openTensorflow(entry: string): Promise<DeviceBackend> {
  prepareNode();
  const binding = createRequire(import.meta.url)(entry) as TFJSBinding;
  const { NodeJSKernelBackend } = await import("@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js");
  await import("@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js");
  if (!tf.engine().registryFactory[name]) {
    // The GPU package's name makes the backend report where it computes; it computes on the CPU where there is no GPU.
    tf.registerBackend(name, () => new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node-gpu"));
  }
  await tf.setBackend(name);
  const isGpu = (tf.engine().backend as InstanceType<typeof NodeJSKernelBackend>).isUsingGpuDevice;
  const device = isGpu ? "GPU" : `CPU (${cpus()[0]?.model.trim() ?? "unknown"})`;
  return {
    name,
    version: binding.TF_Version,
    device,
    precision: "float32",
    createPolicy: (specification) => new TensorPolicy(name, device, partsOf(specification)),
    tensorCount: () => tf.memory().numTensors,
  };
}

/** What the library expects of Node before version 23, and its log without notes on how it was built. */
function prepareNode(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  const legacy = util as { isNullOrUndefined?: unknown; isArray?: unknown };
  legacy.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  legacy.isArray = Array.isArray;
}
