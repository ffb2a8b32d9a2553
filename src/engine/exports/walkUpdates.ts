import type { RunReader } from "../../runs/runReader.ts";
import { isDevice } from "../backends/names.ts";
import { decodeFrozen, type FrozenUpdate, freeze } from "../frozenUpdate.ts";
import { Inspector } from "../inspection/inspector.ts";
import type { OpenRun } from "../openRun.ts";
import { checkRecorded } from "../recordedNumbers.ts";
import { gatherBatch, trainerAtCheckpoint, trainUntil } from "../replay.ts";
import { backendAt } from "../runBackend.ts";
import { policyOf } from "../runPolicy.ts";
import type { ResolvedSettings } from "../settings.ts";
import type { Trainer } from "../trainer.ts";

/** One update on the way through a run. */
export interface WalkedUpdate {
  readonly inspector: Inspector;
  /** Where the update is the first of a batch that is gone through in parts: that batch whole, as it was gathered. */
  readonly whole: FrozenUpdate | undefined;
}

type RecordedRun = Pick<OpenRun, "reader" | "resolved">;

/**
 * Opens updates of a run one after the other, in ascending order: kept ones from the file, the others by one replay that
 * goes on from each to the next. An update that can be neither (made on a device, or in the user's Gymnasium, and not
 * kept) is left out. Every one is held against what was recorded.
 */
export async function* walkUpdates(
  run: RecordedRun,
  updates: Iterable<number>,
  signal?: AbortSignal,
): AsyncGenerator<WalkedUpdate> {
  const { reader, resolved } = run;
  const replay = new Replay(reader, resolved, signal);
  for (const update of updates) {
    signal?.throwIfAborted();
    const walked = (await replay.open(update)) ?? keptUpdate(reader, resolved, update);
    if (!walked) continue;
    checkRecorded(reader, walked.inspector);
    yield walked;
    // Opening kept updates alone would never let anything else run.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function keptUpdate(reader: RunReader, resolved: ResolvedSettings, update: number): WalkedUpdate | undefined {
  const bytes = reader.kept(update);
  return bytes && { inspector: new Inspector(decodeFrozen(bytes, policyOf(resolved))), whole: undefined };
}

/** A trainer that is trained on from update to update, or set on a later checkpoint where that is nearer. */
class Replay {
  readonly #reader: RunReader;
  readonly #resolved: ResolvedSettings;
  readonly #signal: AbortSignal | undefined;
  readonly #checkpoints: readonly number[];
  #trainer: Trainer | undefined;

  constructor(reader: RunReader, resolved: ResolvedSettings, signal: AbortSignal | undefined) {
    this.#reader = reader;
    this.#resolved = resolved;
    this.#signal = signal;
    this.#checkpoints = reader.checkpointList();
  }

  /** Undefined where the update is not made again here. */
  async open(update: number): Promise<WalkedUpdate | undefined> {
    const isElsewhere = this.#resolved.environment.isElsewhere === true;
    if (isElsewhere || isDevice(backendAt(this.#reader, update).name)) return undefined;
    const trainer = this.#trainerNear(update - 1);
    await trainUntil(this.#reader, trainer, update - 1, this.#signal);
    await gatherBatch(trainer, this.#signal);
    const frozen = freeze(trainer.collected());
    const { rows } = frozen.batch;
    const isFirst = rows !== undefined && isFirstOfBatch(this.#resolved, update);
    return {
      inspector: new Inspector(frozen),
      whole: isFirst ? freeze({ ...frozen, batch: trainer.wholeBatch() }) : undefined,
    };
  }

  #trainerNear(update: number): Trainer {
    const at = this.#trainer?.update;
    const checkpoint = this.#checkpoints.findLast((after) => after <= update) ?? 0;
    if (this.#trainer === undefined || at === undefined || at > update || checkpoint > at + 1) {
      this.#trainer = trainerAtCheckpoint(this.#reader, this.#resolved, update);
    }
    return this.#trainer;
  }
}

/** How many updates a batch is made into, and how many of them go through it once. */
export function partsOfBatch({ settings }: ResolvedSettings): {
  readonly all: number;
  readonly once: number;
} {
  return { all: settings.epochs * settings.minibatches, once: settings.minibatches };
}

/** Whether an update is the first that its batch is made into. */
export function isFirstOfBatch(resolved: ResolvedSettings, update: number): boolean {
  return (update - 1) % partsOfBatch(resolved).all === 0;
}
