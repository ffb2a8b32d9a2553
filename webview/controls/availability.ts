import type { HostState, PanelCommand } from "../../src/protocol/panel.ts";
import type { TrainingState } from "../../src/protocol/views.ts";

/** What the run controls need to know to say whether they can act. */
export interface ControlSituation {
  readonly host: HostState | null;
  readonly training: TrainingState | null;
}

export interface RunControl {
  readonly command: PanelCommand;
  readonly title: string;
  readonly icon: string;
  /** States of training in which it acts. */
  readonly when: readonly TrainingState[];
}

/** A run that has ended, or is only open for reading, is taken up from its file. */
const resumable: readonly TrainingState[] = ["paused", "stopped", "finished", "failed", "reading"];

/** The run controls in the order they stand. Pause and resume share a place: one of the two is shown. */
export const runControls: readonly RunControl[] = [
  { command: "pause", title: "Pause", icon: "debug-pause", when: ["training"] },
  { command: "resume", title: "Resume", icon: "play", when: resumable },
  { command: "oneUpdate", title: "One Update", icon: "debug-step-over", when: ["paused"] },
  { command: "stop", title: "Stop", icon: "debug-stop", when: ["training", "paused"] },
  {
    command: "reset",
    title: "Reset",
    icon: "debug-restart",
    when: ["training", "paused", "stopped", "finished", "failed"],
  },
];

/** Whether the run's settings and loss can be changed now: this engine trains it and it has not ended. */
export function canChange(situation: ControlSituation): boolean {
  const { host, training } = situation;
  if (host?.engine.state !== "running" || host.run?.own !== true) return false;
  return training === "training" || training === "paused";
}

/** Why a control cannot act now; null where it can. */
export function blockedBecause(control: RunControl, situation: ControlSituation): string | null {
  const { host, training } = situation;
  if (host === null) return "the editor has not answered yet";
  if (host.engine.state !== "running") return "the engine is not running";
  if (host.run === null || training === null) return "there is no run";
  if (!host.run.own && !control.when.includes("reading")) return "this window does not train the run";
  return control.when.includes(training) ? null : `the run is ${training}`;
}

/** The controls to show: of pause and resume the one that fits. */
export function visibleControls(training: TrainingState | null): readonly RunControl[] {
  const hidden = training !== null && resumable.includes(training) ? "pause" : "resume";
  return runControls.filter((control) => control.command !== hidden);
}
