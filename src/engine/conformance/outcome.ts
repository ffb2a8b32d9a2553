import { type Comparison, compare, nothingCompared, type Tolerance } from "./compare.ts";

/** One case of a reference file recomputed: our numbers under the file's own keys, our message, or why not. */
export type CaseLine =
  | { readonly case: string; readonly computed: unknown }
  | { readonly case: string; readonly error: string }
  | { readonly case: string; readonly skipped: string };

/** A case together with how it compares; `failed` also where there is an error that the file does not expect. */
export interface Outcome {
  readonly line: CaseLine;
  readonly comparison: Comparison;
  readonly failed: boolean;
}

/** A case that is computed when asked for; `compute` may throw MalformedCase. */
export interface PendingCase {
  readonly id: string;
  compute(): Outcome;
}

/** Our numbers, compared with the file's. */
export function computedCase(id: string, computed: unknown, comparison: Comparison): Outcome {
  return { line: { case: id, computed }, comparison, failed: comparison.mismatches.length > 0 };
}

/** Our numbers, each key compared with the same key of the file's entry where that has it. */
export function comparedCase(
  id: string,
  entry: unknown,
  computed: Readonly<Record<string, unknown>>,
  tolerance?: Tolerance,
): Outcome {
  const given = entry as Readonly<Record<string, unknown>>;
  const common = Object.keys(computed).filter((key) => Object.hasOwn(given, key));
  const expected = Object.fromEntries(common.map((key) => [key, given[key]]));
  return computedCase(id, computed, compare(expected, computed, tolerance));
}

export function skippedCase(id: string, reason: string): Outcome {
  return { line: { case: id, skipped: reason }, comparison: nothingCompared, failed: false };
}

/** A message where numbers were due; a failure unless the file expects it. */
export function errorCase(id: string, message: string, isExpected = false): Outcome {
  return { line: { case: id, error: message }, comparison: nothingCompared, failed: !isExpected };
}
