import { type HostState, panelProtocolVersion } from "../../protocol/panel.ts";
import type { RunView } from "../../protocol/views.ts";
import type { SupervisorHealth } from "../engine/supervisor.ts";
import type { HostModel } from "../model.ts";

/** The host's state as the panel of one run sees it. An engine that nobody has asked for yet is about to start. */
export function hostState(
  model: HostModel,
  path: string | null,
  page: { probe: Float64Array; reducedMotion: boolean },
): HostState {
  return {
    version: panelProtocolVersion,
    probe: page.probe,
    engine: healthForPanel(model.health),
    run: path === null ? null : (model.runs[path] ?? null),
    trusted: model.trusted,
    reducedMotion: page.reducedMotion,
  };
}

/** Whether a page must be told its state anew; progress alone travels as an event of its own. */
export function stateDiffers(before: HostModel, after: HostModel, path: string | null): boolean {
  if (before.health !== after.health || before.trusted !== after.trusted) return true;
  if (path === null) return false;
  return !sameButProgress(before.runs[path], after.runs[path]);
}

function sameButProgress(before: RunView | undefined, after: RunView | undefined): boolean {
  if (before === after) return true;
  if (before === undefined || after === undefined) return false;
  const { progress: _before, ...left } = before;
  const { progress: _after, ...right } = after;
  return (Object.keys(right) as (keyof typeof right)[]).every((name) => left[name] === right[name]);
}

function healthForPanel(health: SupervisorHealth): HostState["engine"] {
  return health.state === "idle" ? { state: "starting" } : health;
}
