import { expect, test } from "vitest";
import { backendItems, firstCard } from "../../../src/host/training/backendItems.ts";
import type { BackendView } from "../../../src/protocol/engine.ts";

const kernels: BackendView = {
  name: "kernels",
  present: true,
  device: "AMD EPYC",
  precision: "float64",
  detail: "typed-array loops",
};
const present = (name: string, device: string): BackendView => ({
  name,
  present: true,
  device,
  precision: "float32",
  detail: "large nets",
});
const absent = (name: string): BackendView => ({
  name,
  present: false,
  device: "",
  precision: "float32",
  detail: `${name} is not installed`,
  mend: `pgi doctor --install ${name}`,
});

test("every backend has a row; one that is absent names the command that brings it, and what to install", () => {
  const items = backendItems([kernels, present("tensorflow", "CPU"), absent("webgpu")]);
  expect(items.map(({ id }) => id)).toEqual(["auto", "kernels", "tensorflow", "webgpu"]);
  expect(items.map(({ absent }) => absent)).toEqual([undefined, undefined, undefined, "webgpu"]);
  expect(items[3]).toMatchObject({
    description: "not installed",
    detail: expect.stringContaining("Policy Gradient: Install WebGPU Runtime"),
  });
  expect(items[2]).toMatchObject({ description: "CPU", detail: expect.stringContaining("float32") });
});

test("auto names the first GPU that was found, and none where there is none", () => {
  const [auto] = backendItems([
    kernels,
    present("tensorflow", "CPU (AMD EPYC)"),
    present("webgpu", "Radeon 780M"),
  ]);
  expect(auto?.description).toBe("GPU: Radeon 780M");
  expect(backendItems([kernels, present("tensorflow", "CPU"), absent("webgpu")])[0]?.description).toBe("");
  expect(firstCard([kernels, present("webgpu", "no GPU")])).toBeUndefined();
  expect(firstCard([present("tensorflow", "NVIDIA H100"), present("webgpu", "NVIDIA H100 PCIe")])).toBe(
    "NVIDIA H100",
  );
});
