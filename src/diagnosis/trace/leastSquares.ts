/** Coefficients of y ≈ Σ_k b_k x_k, the relative residual, and how well the columns can be told apart. */
export interface LeastSquares {
  readonly coefficients: readonly number[];
  /** ‖y − Xb‖ / ‖y‖. */
  readonly residual: number;
  /** Condition number of the scaled columns; large means they cannot be told apart. */
  readonly condition: number;
}

/** Least squares by modified Gram–Schmidt on scaled columns; undefined where a column vanishes or they are collinear. */
export function leastSquares(
  columns: readonly ArrayLike<number>[],
  y: ArrayLike<number>,
): LeastSquares | undefined {
  const rows = y.length;
  if (rows < columns.length) return undefined;
  const norms = columns.map((column) => Math.sqrt(dot(column, column)));
  if (norms.some((norm) => !(norm > 0) || !Number.isFinite(norm))) return undefined;
  const basis = columns.map((column, k) => Float64Array.from(column, (value) => value / norms[k]!));
  const count = columns.length;
  const upper = Array.from({ length: count }, () => new Float64Array(count));
  const left = Float64Array.from(y);
  const projections = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const size = Math.sqrt(dot(basis[k]!, basis[k]!));
    if (!(size > 1e-9)) return undefined;
    upper[k]![k] = size;
    scale(basis[k]!, 1 / size);
    for (let j = k + 1; j < count; j++) {
      upper[k]![j] = dot(basis[k]!, basis[j]!);
      subtract(basis[j]!, basis[k]!, upper[k]![j]!);
    }
    projections[k] = dot(basis[k]!, left);
    subtract(left, basis[k]!, projections[k]!);
  }
  const coefficients = solveUpper(upper, projections).map((value, k) => value / norms[k]!);
  const diagonal = upper.map((row, k) => row[k]!);
  return {
    coefficients,
    residual: Math.sqrt(dot(left, left) / dot(y, y)),
    condition: Math.max(...diagonal) / Math.min(...diagonal),
  };
}

function solveUpper(upper: readonly Float64Array[], right: Float64Array): number[] {
  const solution = Array.from(right);
  for (let k = right.length - 1; k >= 0; k--) {
    for (let j = k + 1; j < right.length; j++) solution[k]! -= upper[k]![j]! * solution[j]!;
    solution[k]! /= upper[k]![k]!;
  }
  return solution;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += a[t]! * b[t]!;
  return sum;
}

function scale(a: Float64Array, factor: number): void {
  for (let t = 0; t < a.length; t++) a[t]! *= factor;
}

function subtract(a: Float64Array, b: Float64Array, factor: number): void {
  for (let t = 0; t < a.length; t++) a[t]! -= factor * b[t]!;
}
