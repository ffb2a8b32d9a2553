import type { RunView } from "../../protocol/views.ts";
import { type HostModel, targetRun } from "../model.ts";
import type { Panels } from "../panel/panels.ts";

/** The update whose batch gives values to a loss file, or why there is none. */
export type ValueSource =
  | { readonly ok: true; readonly run: RunView; readonly update: number }
  | { readonly ok: false; readonly reason: string };

export const noRun = "Values appear here once a run is open: run “Train REINFORCE” or open a .pgrun file.";

/** The update that is selected in the panel of the run that commands act on, else that run's newest. */
export function valueSource(model: HostModel, panels: Panels): ValueSource {
  const run = targetRun(model);
  if (run === undefined) return { ok: false, reason: noRun };
  const update = panels.find(run.path)?.selectedUpdate ?? run.progress.update;
  if (update === 0) return { ok: false, reason: "Values appear here after the run's first update." };
  return { ok: true, run, update };
}
