import type { DeviceBackend } from "../backends/deviceBackend.ts";
import { conformDistributions, isDistributions } from "./distributions.ts";
import { conformEnvironments, isEnvironments } from "./environments.ts";
import { conformExpressionFile, isExpressions } from "./expressions.ts";
import { errorCase, type Outcome, type PendingCase } from "./outcome.ts";
import { type Fields, MalformedCase } from "./reading.ts";
import { conformReturns, isReturns } from "./returns.ts";
import { conformShortCorridor, isShortCorridor } from "./shortCorridor.ts";
import { conformUpdates, isUpdates } from "./updates.ts";
import { conformUpdatesOnDevice } from "./updatesOnDevice.ts";

/** One kind of reference file: how to tell it by its shape, and how to recompute its cases. */
export interface ReferenceKind {
  readonly name: string;
  is(file: Fields): boolean;
  /** In the file's order. */
  cases(file: Fields): Iterable<PendingCase>;
}

export const referenceKinds: readonly ReferenceKind[] = [
  { name: "expressions", is: isExpressions, cases: conformExpressionFile },
  { name: "distributions", is: isDistributions, cases: conformDistributions },
  { name: "returns", is: isReturns, cases: conformReturns },
  { name: "updates", is: isUpdates, cases: conformUpdates },
  { name: "environments", is: isEnvironments, cases: conformEnvironments },
  { name: "short_corridor", is: isShortCorridor, cases: conformShortCorridor },
];

/** The last line of a recomputation. `worst` is the greatest deviation in units of its tolerance: 1 is the limit. */
export interface ConformanceSummary {
  readonly summary: true;
  readonly cases: number;
  readonly compared: number;
  readonly failed: number;
  readonly skipped: number;
  readonly worst: number;
}

export type ReadReference =
  | { readonly ok: true; readonly kind: ReferenceKind; readonly outcomes: Iterable<Outcome> }
  | { readonly ok: false; readonly message: string };

/** Recognises a parsed reference file by its shape; its cases are recomputed as they are asked for. */
export function conform(parsed: unknown): ReadReference {
  const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
  const file = (isObject ? parsed : {}) as Fields;
  const kind = referenceKinds.find((candidate) => candidate.is(file));
  if (kind !== undefined) return { ok: true, kind, outcomes: recompute(kind, file) };
  const names = referenceKinds.map(({ name }) => name).join(", ");
  return { ok: false, message: `This is no reference file that is known here. There are ${names}.` };
}

export type DeviceReference =
  | { readonly ok: true; readonly name: string; readonly outcomes: AsyncIterable<Outcome> }
  | { readonly ok: false; readonly message: string };

/** `conform` on a device; of the kinds of files only that of updates computes on a backend. */
export function conformOnDevice(parsed: unknown, backend: DeviceBackend): DeviceReference {
  const reference = conform(parsed);
  if (!reference.ok) return reference;
  const { name } = reference.kind;
  if (name === "updates") {
    return { ok: true, name, outcomes: conformUpdatesOnDevice(parsed as Fields, backend) };
  }
  return { ok: false, message: `A file of ${name} is computed on no backend; leave --backend away.` };
}

function* recompute(kind: ReferenceKind, file: Fields): Iterable<Outcome> {
  try {
    for (const pending of kind.cases(file)) yield guarded(pending);
  } catch (error) {
    if (!(error instanceof MalformedCase)) throw error;
    yield errorCase(kind.name, error.message);
  }
}

/** A malformed case is one error line, and the next case goes on. */
function guarded(pending: PendingCase): Outcome {
  try {
    return pending.compute();
  } catch (error) {
    if (error instanceof MalformedCase) return errorCase(pending.id, error.message);
    throw error;
  }
}

export class ConformanceCount {
  #cases = 0;
  #compared = 0;
  #failed = 0;
  #skipped = 0;
  #worst = 0;

  add({ line, comparison, failed }: Outcome): void {
    this.#cases++;
    if ("skipped" in line) this.#skipped++;
    else this.#compared++;
    if (failed) this.#failed++;
    this.#worst = Math.max(this.#worst, comparison.worst);
  }

  summary(): ConformanceSummary {
    return {
      summary: true,
      cases: this.#cases,
      compared: this.#compared,
      failed: this.#failed,
      skipped: this.#skipped,
      worst: this.#worst,
    };
  }
}
