import type { RunReader } from "../runs/runReader.ts";
import type { Backends } from "./backends/backends.ts";
import { type ChosenBackend, pinnedBackend } from "./backends/choose.ts";
import { type BackendName, isDevice } from "./backends/names.ts";
import { restoreTrainer, trainerAtCheckpoint } from "./replay.ts";
import { backendAt } from "./runBackend.ts";
import { policyOf } from "./runPolicy.ts";
import type { ResolvedSettings } from "./settings.ts";
import { Trainer } from "./trainer.ts";
import { UserError } from "./userError.ts";

/** A run taken up again: the trainer after its last update, or after an earlier one where the rest cannot be made alike. */
export interface Resumed {
  readonly trainer: Trainer;
  /** What trains on, where that is not what trained before. */
  readonly changedTo: ChosenBackend | undefined;
}

/**
 * The trainer of a run after its last update. On `kernels` that is a replay from the last checkpoint, bit for bit; so it is on a
 * device that repeats itself. Where it does not, or another backend takes over from a device, training goes on
 * from the last checkpoint, and the caller forgets the updates after it.
 */
export async function resumeTrainer(
  reader: RunReader,
  resolved: ResolvedSettings,
  backends: Backends,
  wanted: BackendName | undefined,
): Promise<Resumed> {
  const before = backendAt(reader, reader.updateCount + 1).name;
  const name = wanted ?? before;
  const chosen = await pinnedBackend(backends, name);
  const device = chosen.opened?.createPolicy(policyOf(resolved));
  if (name === before) return { trainer: await sameTrainer(reader, resolved, device), changedTo: undefined };
  const stood = isDevice(before)
    ? trainerAtCheckpoint(reader, resolved, reader.updateCount)
    : await restoreTrainer(reader, resolved, reader.updateCount);
  if (!device) return { trainer: stood, changedTo: chosen };
  const trainer = new Trainer(resolved, device);
  const { loss, ...settings } = stood.settings;
  trainer.change({ ...settings, loss });
  trainer.restore(stood.state());
  return { trainer, changedTo: chosen };
}

async function sameTrainer(
  reader: RunReader,
  resolved: ResolvedSettings,
  device: Trainer["device"],
): Promise<Trainer> {
  if (!device && !resolved.remote) return await restoreTrainer(reader, resolved, reader.updateCount);
  try {
    return await restoreTrainer(reader, resolved, reader.updateCount, { device });
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "not_reproducible") throw error;
    return trainerAtCheckpoint(reader, resolved, reader.updateCount, device);
  }
}
