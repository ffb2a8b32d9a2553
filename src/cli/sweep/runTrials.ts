import { UserError } from "../../engine/userError.ts";
import { RunError } from "../../runs/runError.ts";
import type { SweepFolder, Trial, TrialResult } from "./folder.ts";
import { figuresOf, noFigures, type RunFigures } from "./runFigures.ts";
import { startTrial, type TrialProcess } from "./trialProcess.ts";

export interface TrialsUnderWay {
  /** Resolves when every trial has ended or been stopped. */
  readonly ended: Promise<void>;
  /** Starts no further trial and stops those under way, whose runs are kept. */
  stop(): void;
}

/**
 * Runs trials in so many processes at a time. A trial that fails is recorded with its reason and ends no other; one that
 * was stopped is not recorded, so that the next sweep of the folder goes on with it.
 */
export function runTrials(
  folder: SweepFolder,
  trials: readonly Trial[],
  jobs: number,
  onResult: (trial: Trial, result: TrialResult) => void,
): TrialsUnderWay {
  const waiting = [...trials];
  const running = new Set<TrialProcess>();
  let isStopped = false;

  async function work(): Promise<void> {
    for (let trial = waiting.shift(); trial && !isStopped; trial = waiting.shift()) {
      const process = await startTrial(trial, folder.grid.shared, !folder.results.has(trial.number));
      running.add(process);
      if (isStopped) process.stop();
      const reason = await process.ended;
      running.delete(process);
      if (isStopped) return;
      const result = resultOf(trial, reason);
      folder.record(result);
      onResult(trial, result);
    }
  }

  const stop = () => {
    isStopped = true;
    for (const process of running) process.stop();
  };
  const workers = Array.from({ length: Math.min(jobs, trials.length) }, work);
  // A fault in one of them (a full disk, most likely) ends the sweep, and leaves no process behind.
  const ended = Promise.all(workers.map((worker) => worker.catch(stopAndThrow(stop))));
  return { ended: ended.then(() => undefined), stop };
}

const stopAndThrow = (stop: () => void) => (error: Error) => {
  stop();
  throw error;
};

function resultOf({ number, run }: Trial, reason: string | undefined): TrialResult {
  const figures = readFigures(run);
  const why = reason ?? (typeof figures === "string" ? figures : undefined);
  return {
    trial: number,
    state: why === undefined ? "done" : "failed",
    reason: why ?? null,
    ...(typeof figures === "string" ? noFigures : figures),
  };
}

/** A run's figures, or why it has none. */
function readFigures(run: string): RunFigures | string {
  try {
    return figuresOf(run);
  } catch (error) {
    if (error instanceof RunError) return error.message;
    if (error instanceof UserError) return error.line;
    throw error;
  }
}
