import { solvedIn } from "../../engine/comparison/runFacts.ts";
import { settingsOf } from "../../engine/runMetadata.ts";
import { requireEnvironment } from "../../engine/settings.ts";
import { openRun, type RunReader } from "../../runs/runReader.ts";
import type { TrialResult } from "./folder.ts";

/** The figures of a result, as a run's own columns say them. */
export type RunFigures = Omit<TrialResult, "trial" | "state" | "reason">;

/** Of a run without an update. */
export const noFigures: RunFigures = {
  updates: 0,
  episodes: 0,
  steps: 0,
  last100: null,
  solvable: false,
  solvedAfter: null,
  seconds: 0,
};

/** Reads the figures of a run. Throws RunError. */
export function figuresOf(path: string): RunFigures {
  const reader = openRun(path);
  try {
    return reader.updateCount === 0 ? noFigures : read(reader);
  } finally {
    reader.close();
  }
}

function read(reader: RunReader): RunFigures {
  const last = reader.updateCount;
  const summary = reader.summaries(last, last);
  const average = summary.averageReturn100[0]!;
  const threshold = requireEnvironment(reader.metadata.environment, settingsOf(reader.metadata).gym).solvedAt;
  return {
    updates: last,
    episodes: summary.episode[0]!,
    steps: summary.steps[0]!,
    last100: Number.isFinite(average) ? average : null,
    solvable: threshold !== undefined,
    solvedAfter: threshold === undefined ? null : (solvedIn(reader, threshold)?.episodes ?? null),
    seconds: summary.milliseconds[0]! / 1000,
  };
}
