/** The backends whose device does the learning half of an update. */
export type DeviceName = "tensorflow" | "webgpu";

export type BackendName = "kernels" | DeviceName;

export const backendNames: readonly BackendName[] = ["kernels", "tensorflow", "webgpu"];

export const deviceNames: readonly DeviceName[] = ["tensorflow", "webgpu"];

/** Whether a device, in words, is a processor and no GPU. */
export function isProcessor(device: string): boolean {
  return device === "CPU" || device.startsWith("CPU (");
}

export function isDevice(name: string): name is DeviceName {
  return name === "tensorflow" || name === "webgpu";
}
