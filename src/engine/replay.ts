import type { DevicePolicy } from "../policies/devicePolicy.ts";
import type { RunReader } from "../runs/runReader.ts";
import type { LossRecord } from "../runs/runRows.ts";
import type { UpdateSummary } from "../runs/summary.ts";
import { decodeFrozen, type FrozenUpdate, freeze } from "./frozenUpdate.ts";
import { settingsOf } from "./runMetadata.ts";
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
  const checkpoint = reader.checkpointAtOrBefore(update);
  if (!checkpoint)
    throw new UserError("no_checkpoint", `${reader.path} has no checkpoint at or before update ${update}.`);
  const trainer = new Trainer(resolved, device);
  trainer.restore(decodeTrainerState(checkpoint.state));
  const changes = reader.losses();
  applyChanges(
    trainer,
    changes.findLast((change) => change.fromUpdate <= trainer.update + 1),
  );
  let until = performance.now() + turn;
  while (trainer.update < update) {
    const summary = device ? await trainer.advanceOnDevice(4096) : trainer.advance(4096);
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
  return trainer;
}

/** Any update of a recorded run, as it was: kept, or replayed from the checkpoint before it. */
export async function reopenUpdate(
  reader: RunReader,
  update: number,
  options: ReplayOptions = {},
): Promise<{ frozen: FrozenUpdate; how: "kept" | "replayed" }> {
  checkUpdate(reader, update);
  const resolved = resolveSettings(settingsOf(reader.metadata));
  const kept = reader.kept(update);
  if (kept) return { frozen: decodeFrozen(kept, new Trainer(resolved).backend.specification), how: "kept" };
  const trainer = await restoreTrainer(reader, resolved, update - 1, options);
  while (!trainer.collect(65536)) {
    await new Promise((resolve) => setImmediate(resolve));
    options.signal?.throwIfAborted();
  }
  return { frozen: freeze(trainer.collected()), how: "replayed" };
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
