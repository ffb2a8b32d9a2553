import type { RunView, TrainingState } from "../../protocol/views.ts";

export type Requirement = "nothing" | "run" | "training" | "resumable" | "stoppable" | "steppable" | "update";

interface RequirementRow {
  /** The clause that enables the command in menus and the palette; undefined for always. */
  readonly when: string | undefined;
  /** Why the command cannot act, or undefined where it can. */
  readonly reason: (run: RunView | undefined) => string | undefined;
}

const resumable: readonly TrainingState[] = ["paused", "stopped", "finished", "failed", "reading"];
const stoppable: readonly TrainingState[] = ["training", "paused"];

const noRun = "No run is open. Run “Train REINFORCE” or open a .pgrun file.";

/** What a command needs, as a clause for the editor and as a sentence for a person: one row each. */
export const requirements: Record<Requirement, RequirementRow> = {
  nothing: { when: undefined, reason: () => undefined },
  run: { when: "policyGradient.state", reason: (run) => (run ? undefined : noRun) },
  training: {
    when: stateIs(["training"]),
    reason: (run) => needsState(run, ["training"], "Nothing is training"),
  },
  resumable: {
    when: stateIs(resumable),
    reason: (run) => needsState(run, resumable, "There is nothing to resume"),
  },
  steppable: {
    when: stateIs(["paused"]),
    reason: (run) => needsState(run, ["paused"], "One update needs a paused run"),
  },
  stoppable: {
    when: stateIs(stoppable),
    reason: (run) => needsState(run, stoppable, "There is nothing to stop"),
  },
  update: {
    when: "policyGradient.hasUpdate",
    reason: (run) => {
      if (run === undefined) return noRun;
      return run.progress.update > 0 ? undefined : "The run has made no update yet.";
    },
  },
};

function stateIs(states: readonly TrainingState[]): string {
  return states.map((state) => `policyGradient.state == ${state}`).join(" || ");
}

function needsState(
  run: RunView | undefined,
  states: readonly TrainingState[],
  what: string,
): string | undefined {
  if (run === undefined) return `${what}. ${noRun}`;
  const { state } = run.progress;
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
