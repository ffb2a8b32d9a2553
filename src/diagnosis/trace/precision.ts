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

type Vectors = readonly (ArrayLike<number> | undefined)[];

/**
 * The precision that these quantities share: the coarsest of them. Each is given as all of its vectors, since a few numbers
 * of one update may be short by themselves. Needs a few numbers that are not whole.
 */
export function precisionOf(quantities: readonly Vectors[]): Precision {
  let coarsest = float64;
  for (const vectors of quantities) {
    const precision = quantityPrecision(vectors);
    if (precision && precision.tolerance > coarsest.tolerance) coarsest = precision;
  }
  return coarsest;
}

const mostOfAVector = 60;
const mostNumbers = 2000;

function quantityPrecision(vectors: Vectors): Precision | undefined {
  const values: number[] = [];
  for (const vector of vectors) if (vector && values.length < mostNumbers) addBroken(vector, values);
  if (values.length < 4) return undefined;
  if (values.every((value) => Math.fround(value) === value)) return float32;
  const digits = printedDigits(values);
  if (digits === undefined) return float64;
  const unit = 10 ** -digits / values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return { name: "printed", unit, tolerance: Math.min(0.02, Math.max(float64.tolerance, 10 * unit)) };
}

/** Adds the first numbers of a vector that are not whole, spread over it. */
function addBroken(vector: ArrayLike<number>, values: number[]): void {
  const stride = Math.max(1, Math.floor(vector.length / mostOfAVector));
  for (let at = 0; at < vector.length; at += stride) {
    const value = vector[at]!;
    if (Number.isFinite(value) && !Number.isInteger(value)) values.push(value);
  }
}

/** Digits after the point if all values were rounded to 3 … 8 of them; numbers that are short by themselves are not. */
function printedDigits(values: readonly number[]): number | undefined {
  for (let digits = 3; digits <= 8; digits++) {
    if (!values.every((value) => hasDigits(value, digits))) continue;
    const whole = values.filter((value) => !hasDigits(value, digits - 1)).length;
    // Nine of ten rounded numbers need their last digit.
    return whole >= 0.7 * values.length ? digits : undefined;
  }
  return undefined;
}

function hasDigits(value: number, digits: number): boolean {
  const scaled = value * 10 ** digits;
  return Math.abs(scaled - Math.round(scaled)) <= 1e-9 * Math.max(1, Math.abs(scaled));
}
