/** How far two numbers may lie apart: |a − b| ≤ absolute + relative · max(|a|, |b|, floor). */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
  readonly floor: number;
}

/** The tolerance of recomputed reference values. */
export const standardTolerance: Tolerance = { absolute: 1e-12, relative: 1e-9, floor: 1e-3 };

/** A tolerance of so much, whatever the size. */
export const within = (absolute: number): Tolerance => ({ absolute, relative: 0, floor: 0 });

/** What a comparison found; `worst` is the greatest |a − b| in units of what was allowed (1 is the limit). */
export interface Comparison {
  readonly numbers: number;
  readonly worst: number;
  /** One line per mismatch: where, what the file has, what we have. */
  readonly mismatches: readonly string[];
}

export const nothingCompared: Comparison = { numbers: 0, worst: 0, mismatches: [] };

export function merge(comparisons: Iterable<Comparison>): Comparison {
  let numbers = 0;
  let worst = 0;
  const mismatches: string[] = [];
  for (const comparison of comparisons) {
    numbers += comparison.numbers;
    worst = Math.max(worst, comparison.worst);
    mismatches.push(...comparison.mismatches);
  }
  return { numbers, worst, mismatches };
}

export function mismatch(message: string): Comparison {
  return { numbers: 1, worst: Number.POSITIVE_INFINITY, mismatches: [message] };
}

/**
 * Compares every number of what a reference file has with ours, by structure; numbers may be the strings "NaN",
 * "Infinity" and "-Infinity", NaN equals NaN, and true and false are 1 and 0. Keys that only we have are not compared.
 */
export function compare(
  expected: unknown,
  computed: unknown,
  tolerance: Tolerance = standardTolerance,
  path = "",
): Comparison {
  if (Array.isArray(expected)) return compareLists(expected, computed, tolerance, path);
  const number = readNumber(expected);
  if (number !== undefined) return compareNumbers(number, readNumber(computed), tolerance, path);
  if (typeof expected === "object" && expected !== null) {
    const ours = (computed ?? {}) as Record<string, unknown>;
    return merge(
      Object.entries(expected).map(([key, value]) => compare(value, ours[key], tolerance, join(path, key))),
    );
  }
  return expected === computed
    ? nothingCompared
    : mismatch(`${path}: the file has ${expected}, we have ${computed}`);
}

function compareLists(
  expected: readonly unknown[],
  computed: unknown,
  tolerance: Tolerance,
  path: string,
): Comparison {
  const ours = isList(computed) ? computed : undefined;
  if (ours?.length !== expected.length) {
    return mismatch(`${path}: the file has ${expected.length} entries, we have ${ours?.length ?? "none"}`);
  }
  return merge(expected.map((value, i) => compare(value, ours[i], tolerance, `${path}[${i}]`)));
}

function compareNumbers(
  expected: number,
  computed: number | undefined,
  { absolute, relative, floor }: Tolerance,
  path: string,
): Comparison {
  const said = `${path}: the file has ${expected}, we have ${computed}`;
  if (computed === undefined) return mismatch(said);
  if (Object.is(expected, computed) || expected === computed) return { numbers: 1, worst: 0, mismatches: [] };
  if (!Number.isFinite(expected) || !Number.isFinite(computed)) return mismatch(said);
  const allowed = absolute + relative * Math.max(Math.abs(expected), Math.abs(computed), floor);
  const excess = Math.abs(expected - computed) / allowed;
  return { numbers: 1, worst: excess, mismatches: excess <= 1 ? [] : [said] };
}

/** A number as reference files write them; undefined for anything else. */
export function readNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  return undefined;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
