/** Concrete sizes of a tensor's axes; rank 0 to 2. */
export type Shape = readonly number[];

/**
 * A dense row-major tensor. Numbers are float64; a boolean tensor holds 0 and 1
 * and says so, because torch's rules for booleans differ.
 */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Float64Array;
  readonly boolean?: boolean;
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: Shape): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

export function scalar(value: number): Tensor {
  return { shape: [], data: Float64Array.of(value) };
}

export function vector(values: ArrayLike<number>): Tensor {
  return { shape: [values.length], data: Float64Array.from(values) };
}
