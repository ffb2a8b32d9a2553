import type { BackendView, InstallableBackend } from "../../protocol/engine.ts";
import { backendNames } from "./trainArguments.ts";

/** A row of the backend question; `absent` is what has to be installed before it can be taken. */
export interface BackendItem {
  readonly id: (typeof backendNames)[number];
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly absent?: InstallableBackend;
}

const installable: Readonly<Record<string, { name: InstallableBackend; command: string }>> = {
  tensorflow: { name: "tensorflow", command: "Install TensorFlow Runtime" },
  webgpu: { name: "webgpu", command: "Install WebGPU Runtime" },
};

/** The rows of the backend question: auto, with the first GPU found, then every backend with its device or what brings it. */
export function backendItems(backends: readonly BackendView[]): BackendItem[] {
  const card = firstCard(backends);
  const measured: BackendItem = {
    id: "auto",
    label: "auto",
    description: card === undefined ? "" : `GPU: ${card}`,
    detail: "Small nets on kernels, larger ones on what is fastest here",
  };
  return [measured, ...backendNames.flatMap((id) => backends.find(({ name }) => name === id) ?? []).map(row)];
}

/** The device of the first backend that is no processor. */
export function firstCard(backends: readonly BackendView[]): string | undefined {
  const isCard = ({ name, present, device }: BackendView) =>
    present && name !== "kernels" && !/^(CPU|no GPU|$)/.test(device);
  return backends.find(isCard)?.device;
}

function row(backend: BackendView): BackendItem {
  const id = backend.name as BackendItem["id"];
  const detail = `${backend.precision}. ${backend.detail}`;
  const bring = installable[id];
  if (backend.present || bring === undefined) return { id, label: id, description: backend.device, detail };
  return {
    id,
    label: id,
    description: "not installed",
    detail: `${backend.detail}; choosing it installs it (Policy Gradient: ${bring.command})`,
    absent: bring.name,
  };
}
