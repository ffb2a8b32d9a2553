/** The backends whose device does the learning half of an update. */
export type DeviceName = "tensorflow" | "webgpu";

export type BackendName = "kernels" | DeviceName;

export const backendNames: readonly BackendName[] = ["kernels", "tensorflow", "webgpu"];

export const deviceNames: readonly DeviceName[] = ["tensorflow", "webgpu"];

export function isDevice(name: string): name is DeviceName {
  return name === "tensorflow" || name === "webgpu";
}
