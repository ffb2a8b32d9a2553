import type { BackendView } from "../../protocol/engine.ts";
import { findRuntime } from "../runtimes/findRuntime.ts";
import { type Runtime, type RuntimePlaces, runtimeNames } from "../runtimes/runtime.ts";
import { availableBackends } from "./list.ts";

/** Every backend there is, those that are not installed among them, with what is missing. Loads nothing. */
export async function backendViews(places: RuntimePlaces): Promise<readonly BackendView[]> {
  const runtimes = await Promise.all(runtimeNames.map((name) => findRuntime(name, places)));
  const builtIn = availableBackends().filter((view) => !runtimes.some(({ name }) => name === view.name));
  return [...builtIn, ...runtimes.map(runtimeView)];
}

const about = {
  tensorflow: "large nets and batches; NVIDIA GPUs on Linux",
  webgpu: "large nets and batches; any GPU",
} as const;

function runtimeView(runtime: Runtime): BackendView {
  const { name } = runtime;
  if (!runtime.present) {
    const { missing, mend } = runtime;
    return { name, present: false, device: "", precision: "float32", detail: missing, mend };
  }
  const { device, version } = runtime;
  return { name, present: true, device, precision: "float32", detail: `${version}: ${about[name]}` };
}
