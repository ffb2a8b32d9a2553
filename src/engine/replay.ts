import type { DevicePolicy } from "../policies/devicePolicy.ts";
import type { RunReader } from "../runs/runReader.ts";
import type { LossRecord } from "../runs/runRows.ts";
import type { UpdateSummary } from "../runs/summary.ts";
import type { Backends } from "./backends/backends.ts";
import { isDevice } from "./backends/names.ts";
import { decodeFrozen, type FrozenUpdate, freeze } from "./frozenUpdate.ts";
import { backendAt } from "./runBackend.ts";
import { settingsOf } from "./runMetadata.ts";
import { policyOf } from "./runPolicy.ts";
import { type ResolvedSettings, resolveSettings } from "./settings.ts";
import { Trainer } from "./trainer.ts";
import { decodeTrainerState } from "./trainerState.ts";
import { UserError } from "./userError.ts";

/** Milliseconds of replay between two turns of the event loop. */
const turn = 12;

/** Who waits for a replay, and the device that made the run where it was not the kernels. */
export interface ReplayOptions {
  readonly signal?: AbortSignal | undefined;
  readonly device?: DevicePolicy | undefined;
}

/**
 * A trainer that stands after update `update` of a recorded run: restored from the checkpoint before it and
 * trained on from there, with every change of loss and settings where it was made. Each replayed update is held
 * against what was recorded; throws UserError "not_reproducible" where a number differs.
 */
export async function restoreTrainer(
  reader: RunReader,
  resolved: ResolvedSettings,
  update: number,
  { signal, device }: ReplayOptions = {},
): Promise<Trainer> {
  const trainer = trainerAtCheckpoint(reader, resolved, update, device);
  await trainUntil(reader, trainer, update, signal);
  return trainer;
}

/** Trains a restored trainer on until it stands after `update`, each update held against what was recorded. */
export async function trainUntil(
  reader: RunReader,
  trainer: Trainer,
  update: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const changes = reader.losses();
  let until = performance.now() + turn;
  while (trainer.update < update) {
    const summary = trainer.isAsynchronous ? await trainer.advanceOnDevice(4096) : trainer.advance(4096);
    if (summary) {
      checkReplay(reader, summary);
      applyChanges(
        trainer,
        changes.findLast((change) => change.fromUpdate === trainer.update + 1),
      );
    }
    if (performance.now() > until) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      until = performance.now() + turn;
    }
  }
}

/** Gathers the batch of a trainer's next update. */
export async function gatherBatch(trainer: Trainer, signal: AbortSignal | undefined): Promise<void> {
  while (!trainer.collect(65536)) {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
}

/** A trainer that stands at the last checkpoint at or before an update. Throws UserError "no_checkpoint" where there is none. */
export function trainerAtCheckpoint(
  reader: RunReader,
  resolved: ResolvedSettings,
  update: number,
  device?: DevicePolicy,
): Trainer {
  const checkpoint = reader.checkpointAtOrBefore(update);
  if (!checkpoint)
    throw new UserError("no_checkpoint", `${reader.path} has no checkpoint at or before update ${update}.`);
  const state = decodeTrainerState(checkpoint.state);
  const trainer = new Trainer(resolved, device);
  applyChanges(
    trainer,
    reader.losses().findLast((change) => change.fromUpdate <= state.update + 1),
  );
  trainer.restore(state);
  return trainer;
}

/** An update opened. `instead` says why it is another than the one asked for. */
export interface Reopened {
  readonly frozen: FrozenUpdate;
  readonly how: "kept" | "replayed";
  readonly instead?: string;
}

/**
 * Any update of a recorded run, as it was: kept, or replayed from the checkpoint before it, on the backend that made it. Where
 * that backend is not here or does not repeat itself, the nearest update that was kept.
 */
export async function reopenUpdate(
  reader: RunReader,
  update: number,
  { signal, backends }: { signal?: AbortSignal; backends?: Backends } = {},
): Promise<Reopened> {
  checkUpdate(reader, update);
  const resolved = resolveSettings(settingsOf(reader.metadata));
  const kept = reader.kept(update);
  if (kept) return { frozen: decodeFrozen(kept, policyOf(resolved)), how: "kept" };
  const { name } = backendAt(reader, update);
  if (resolved.environment.isElsewhere)
    return nearestKept(reader, resolved, update, name, steppedElsewhere());
  if (!isDevice(name)) return await replayed(reader, resolved, update, { signal });
  let device: DevicePolicy | undefined;
  try {
    device = (await backends?.open(name))?.createPolicy(policyOf(resolved));
    if (device) return await replayed(reader, resolved, update, { signal, device });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return nearestKept(reader, resolved, update, name, error);
  } finally {
    device?.dispose();
  }
  return nearestKept(reader, resolved, update, name, undefined);
}

function steppedElsewhere(): UserError {
  return new UserError("elsewhere", "its environment runs in the user's Python");
}

async function replayed(
  reader: RunReader,
  resolved: ResolvedSettings,
  update: number,
  options: ReplayOptions,
): Promise<Reopened> {
  const trainer = await restoreTrainer(reader, resolved, update - 1, options);
  await gatherBatch(trainer, options.signal);
  return { frozen: freeze(trainer.collected()), how: "replayed" };
}

/** Throws UserError "not_kept" where nothing was kept. */
function nearestKept(
  reader: RunReader,
  resolved: ResolvedSettings,
  update: number,
  name: string,
  reason: UserError | undefined,
): Reopened {
  const numbers = reader.keptList().map((kept) => kept.update);
  const distance = (number: number) => Math.abs(number - update);
  const nearest = numbers.toSorted((a, b) => distance(a) - distance(b))[0];
  const bytes = nearest === undefined ? undefined : reader.kept(nearest);
  const why =
    reason === undefined || reason.code === "not_reproducible"
      ? `${name} does not repeat itself to the last bit`
      : reason.message.replace(/\.$/, "");
  if (!bytes) {
    throw new UserError(
      "not_kept",
      `Update ${update} of ${reader.path} cannot be opened: ${why}.`,
      reason?.hint,
    );
  }
  const instead = `Update ${update} was not kept and cannot be replayed: ${why}. This is update ${nearest}, the nearest kept.`;
  return { frozen: decodeFrozen(bytes, policyOf(resolved)), how: "kept", instead };
}

export function checkUpdate(reader: RunReader, update: number): void {
  if (Number.isInteger(update) && update >= 1 && update <= reader.updateCount) return;
  const range =
    reader.updateCount === 0 ? "It has no updates yet." : `There are updates 1 to ${reader.updateCount}.`;
  throw new UserError("unknown_update", `${reader.path} has no update ${update}.`, range);
}

function applyChanges(trainer: Trainer, change: LossRecord | undefined): void {
  if (!change) return;
  const { gamma, learningRate, optimiser } = change.settings;
  trainer.change({
    loss: change.text,
    ...(typeof gamma === "number" && { gamma }),
    ...(typeof learningRate === "number" && { learningRate }),
    ...((optimiser === "adam" || optimiser === "sgd") && { optimiser }),
  });
}

const compared = ["episode", "steps", "length", "return", "loss", "gradNorm", "entropy"] as const;

function checkReplay(reader: RunReader, summary: UpdateSummary): void {
  const recorded = reader.summaries(summary.update, summary.update);
  if (recorded.update.length === 0) return;
  for (const field of compared) {
    if (!Object.is(recorded[field][0], summary[field])) {
      throw new UserError(
        "not_reproducible",
        `Update ${summary.update} of ${reader.path} cannot be computed again: ${field} was ${recorded[field][0]} and is now ${summary[field]}.`,
        "The run was made by another version or on another backend.",
      );
    }
  }
}
