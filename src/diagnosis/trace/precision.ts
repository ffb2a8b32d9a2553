/** How exactly recorded numbers can be compared: the rounding of the framework that made them, or of how they were printed. */
export interface Precision {
  readonly name: "float64" | "float32" | "printed";
  /** One number's relative rounding. */
  readonly unit: number;
  /** Relative residual that counts as none for a vector that was computed over many steps. */
  readonly tolerance: number;
}

const float64: Precision = { name: "float64", unit: 2.3e-16, tolerance: 1e-7 };
const float32: Precision = { name: "float32", unit: 1.2e-7, tolerance: 3e-4 };

/** The precision that all of these vectors share: the coarsest of them. Needs a few numbers that are not whole. */
export function precisionOf(vectors: Iterable<ArrayLike<number> | undefined>): Precision {
  let coarsest = float64;
  for (const vector of vectors) {
    const precision = vector ? vectorPrecision(vector) : undefined;
    if (precision && precision.tolerance > coarsest.tolerance) coarsest = precision;
  }
  return coarsest;
}

function vectorPrecision(vector: ArrayLike<number>): Precision | undefined {
  let broken = 0;
  let isFloat32 = true;
  let largest = 0;
  const values: number[] = [];
  for (let at = 0; at < vector.length && broken < 500; at++) {
    const value = vector[at]!;
    if (!Number.isFinite(value) || Number.isInteger(value)) continue;
    broken++;
    largest = Math.max(largest, Math.abs(value));
    if (Math.fround(value) !== value) isFloat32 = false;
    values.push(value);
  }
  if (broken < 4) return undefined;
  if (isFloat32) return float32;
  const digits = printedDigits(values);
  if (digits === undefined) return float64;
  const unit = 10 ** -digits / largest;
  return { name: "printed", unit, tolerance: Math.min(0.02, Math.max(float64.tolerance, 10 * unit)) };
}

/** Digits after the point if all values were rounded to 3 … 8 of them; fewer may be what the numbers are. */
function printedDigits(values: readonly number[]): number | undefined {
  for (let digits = 3; digits <= 8; digits++) {
    const scale = 10 ** digits;
    const isRounded = (value: number) =>
      Math.abs(value * scale - Math.round(value * scale)) <= 1e-9 * Math.max(1, Math.abs(value * scale));
    const isShorter = (value: number) =>
      Math.abs(value * (scale / 10) - Math.round(value * (scale / 10))) <= 1e-9 * Math.abs(value * scale);
    if (values.every(isRounded)) return digits === 3 && values.every(isShorter) ? undefined : digits;
  }
  return undefined;
}
