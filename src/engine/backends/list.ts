import { cpus } from "node:os";
import type { BackendView } from "../../protocol/engine.ts";

/** What can compute a policy here, and on what. */
export function availableBackends(): readonly BackendView[] {
  const cpu = cpus()[0]?.model.trim() ?? "CPU";
  return [
    {
      name: "kernels",
      present: true,
      device: cpu,
      precision: "float64",
      detail: "typed-array loops; the reference that others are held to",
    },
  ];
}
