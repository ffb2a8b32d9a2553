import { headerLine, partLine, rolloutLine, type TracePart, updateLines } from "../../runs/exportTrace.ts";
import { Inspector } from "../inspection/inspector.ts";
import type { OpenRun } from "../openRun.ts";
import type { ResolvedSettings } from "../settings.ts";
import { traceHeader, traceSteps, traceUpdate } from "./traceUpdate.ts";
import { partsOfBatch, type WalkedUpdate } from "./walkUpdates.ts";

/** The updates to walk over so that the wanted ones can be written as a trace: with a minibatch, the first of its batch. */
export function updatesForTrace(resolved: ResolvedSettings, wanted: Iterable<number>): Iterable<number> {
  const { all } = partsOfBatch(resolved);
  return resolved.algorithm.timing === "steps" && all > 1 ? withFirsts(wanted, all) : wanted;
}

function* withFirsts(wanted: Iterable<number>, all: number): Generator<number> {
  let last = 0;
  for (const update of wanted) {
    const first = update - ((update - 1) % all);
    if (first > last && first < update) yield first;
    yield update;
    last = update;
  }
}

/**
 * The lines of a trace of a run's updates. Updates on whole episodes bring a line for each step; those on steps of
 * environments side by side stand after their batch as a rollout, of which minibatches name their rows.
 */
export class RunTrace {
  readonly #run: OpenRun;
  /** Updates written so far. */
  updates = 0;
  #rollouts = 0;
  #hasHeader = false;
  /** The batch that the next parts are of, and where a row of it stands in the rollout. */
  #batch: { readonly first: number; readonly place: (row: number) => number } | undefined;

  constructor(run: OpenRun) {
    this.#run = run;
  }

  /** The lines of one update; `isWanted` false for one that only brings its batch. Empty where a minibatch's batch is not known. */
  *lines({ inspector, whole }: WalkedUpdate, isWanted: boolean): Generator<string> {
    const { frozen } = inspector;
    const { resolved } = this.#run;
    if (!this.#hasHeader) yield headerLine(traceHeader(this.#run, frozen));
    this.#hasHeader = true;
    if (resolved.algorithm.timing === "episode") {
      yield* updateLines(traceUpdate(inspector));
      this.updates++;
      return;
    }
    const isPart = frozen.batch.rows !== undefined;
    if (whole) yield this.#rollout(new Inspector(whole), frozen.update);
    else if (!isPart) yield this.#rollout(inspector, frozen.update);
    const { first } = this.#batch ?? { first: 0 };
    const isOfBatch = first > 0 && frozen.update - first < partsOfBatch(resolved).all;
    if (!isWanted || !isOfBatch) return;
    yield partLine(traceUpdate(inspector), this.#part(inspector), isPart);
    this.updates++;
  }

  #rollout(whole: Inspector, first: number): string {
    const { environments, batch } = this.#run.resolved.settings;
    const { steps } = whole.frozen.batch;
    // Environments of Gymnasium lose a turn where they are reset, so that their steps need not be equally many.
    const lanes = steps === environments * batch ? environments : 1;
    const length = steps / lanes;
    this.#batch = { first, place: (row) => (row % length) * lanes + Math.floor(row / length) };
    return rolloutLine(++this.#rollouts, traceSteps(whole), lanes);
  }

  #part({ frozen: { update, batch } }: Inspector): TracePart {
    const { first, place } = this.#batch!;
    const { once } = partsOfBatch(this.#run.resolved);
    const rows = batch.rows ?? Array.from({ length: batch.steps }, (_, row) => row);
    const passes = { epoch: Math.floor((update - first) / once), minibatch: (update - first) % once };
    return { rollout: this.#rollouts, rows: Array.from(rows, place), ...(batch.rows && passes) };
  }
}
