import type { RunReader } from "../runs/runReader.ts";
import { isDevice } from "./backends/names.ts";
import type { Inspector } from "./inspection/inspector.ts";
import { backendAt } from "./runBackend.ts";
import { UserError } from "./userError.ts";

/** How far a float32 device's ‖g‖ may lie from that of the kernels, in proportion. */
const devicePrecision = 1e-4;

/**
 * A reopened update must give the very loss that the trainer recorded, and the gradient norm as precisely as its backend.
 * Throws UserError "not_reproducible" where it does not.
 */
export function checkRecorded(reader: RunReader, { frozen, trainer }: Inspector): void {
  const { loss, gradNorm } = reader.summaries(frozen.update, frozen.update);
  const isOnDevice = isDevice(backendAt(reader, frozen.update).name);
  const isSame =
    Object.is(loss[0], trainer.evaluation.value) &&
    isSameNorm(gradNorm[0] ?? Number.NaN, trainer.gradientNorm, isOnDevice);
  if (loss.length === 0 || isSame) return;
  throw new UserError(
    "not_reproducible",
    `Update ${frozen.update} cannot be shown: recomputed, its loss is ${trainer.evaluation.value} where ${loss[0]} was recorded.`,
    "The run was made by another version or on another backend.",
  );
}

function isSameNorm(recorded: number, recomputed: number, isOnDevice: boolean): boolean {
  if (!isOnDevice) return Object.is(recorded, recomputed);
  return Math.abs(recorded - recomputed) <= devicePrecision * recomputed;
}
