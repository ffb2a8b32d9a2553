import type { TrainingState } from "../../protocol/views.ts";
import { type HostModel, targetRun, targetState } from "../model.ts";

export type Requirement = "nothing" | "run" | "training" | "resumable" | "stoppable" | "steppable" | "update";

interface RequirementRow {
  /** The clause that enables the command in menus and the palette; undefined for always. */
  readonly when: string | undefined;
  /** Why the command cannot act, or undefined where it can. */
  readonly reason: (model: HostModel) => string | undefined;
}

const resumable: readonly TrainingState[] = ["paused", "stopped", "finished", "failed", "reading"];
const stoppable: readonly TrainingState[] = ["training", "paused"];

const noRun = "No run is open. Run “Train REINFORCE” or open a .pgrun file.";

/** What a command needs, as a clause for the editor and as a sentence for a person: one row each. */
export const requirements: Record<Requirement, RequirementRow> = {
  nothing: { when: undefined, reason: () => undefined },
  run: { when: "policyGradient.state", reason: (model) => (targetRun(model) ? undefined : noRun) },
  training: {
    when: stateIs(["training"]),
    reason: (model) => needsState(model, ["training"], "Nothing is training"),
  },
  resumable: {
    when: stateIs(resumable),
    reason: (model) => needsState(model, resumable, "There is nothing to resume"),
  },
  steppable: {
    when: stateIs(resumable),
    reason: (model) => needsState(model, resumable, "One update needs a paused run"),
  },
  stoppable: {
    when: stateIs(stoppable),
    reason: (model) => needsState(model, stoppable, "There is nothing to stop"),
  },
  update: {
    when: "policyGradient.hasUpdate",
    reason: (model) => {
      const run = targetRun(model);
      if (run === undefined) return noRun;
      return run.progress.update > 0 ? undefined : "The run has made no update yet.";
    },
  },
};

function stateIs(states: readonly TrainingState[]): string {
  return states.map((state) => `policyGradient.state == ${state}`).join(" || ");
}

function needsState(model: HostModel, states: readonly TrainingState[], what: string): string | undefined {
  const state = targetState(model);
  if (state === undefined) return `${what}. ${noRun}`;
  return states.includes(state) ? undefined : `${what}: the run is ${stateWords[state]}.`;
}

export const stateWords: Record<TrainingState, string> = {
  training: "training",
  paused: "paused",
  finished: "finished",
  stopped: "stopped",
  failed: "failed",
  reading: "open for reading",
};
