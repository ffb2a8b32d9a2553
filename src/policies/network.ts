/**
 * The arithmetic of one policy shape. A network keeps the inputs and activations of the steps it has seen, so that the
 * backward pass needs no second forward one. Its numbers depend on θ and the steps alone, to the last bit.
 */
export interface Network {
  /** Number of steps there is room for. */
  readonly capacity: number;
  /** Makes room for at least `steps` steps; what is there stays. Throws a RangeError beyond 2 GiB. */
  reserve(steps: number): void;
  /** Takes over θ, flat, in torch's layout. */
  setParameters(theta: Float64Array): void;
  /**
   * Takes rows `first` … `first` + `count` − 1 of `observations` as the steps of these numbers, and writes the logits [K] of
   * row t to `logits` at t·K.
   */
  forward(observations: Float64Array, first: number, count: number, logits: Float64Array): void;
  /** Writes g = Σ_t g_t to `gradient` and ‖g_t‖ to `stepNorms`, for ∂L/∂logits [steps × K]. */
  backward(
    logitsGradient: Float64Array,
    steps: number,
    gradient: Float64Array,
    stepNorms: Float64Array,
  ): void;
  /** g_t · `gradient` for every step of the last backward pass, [steps]. */
  project(gradient: Float64Array, steps: number): Float64Array;
}

/** Steps that a backward pass works on at a time, so that what it reads again and again stays in the cache. */
export const tileSteps = 128;

/** Room for this many steps at first. */
export const firstCapacity = 512;

/**
 * Indices into a network's memory are kept below 2^28 by this mask. It changes no index that exists (memories are
 * shorter); it lets the compiler drop overflow checks on `index + 1`, which makes the loops much faster.
 */
export const indexMask = 2 ** 28 - 1;

/** The capacity to grow to; throws a RangeError where the memory would pass the mask. */
export function grownCapacity(capacity: number, steps: number, length: (capacity: number) => number): number {
  let grown = capacity;
  while (grown < steps) grown *= 2;
  if (length(grown) > indexMask)
    throw new RangeError(`a batch of ${steps} steps is too large for the kernels backend`);
  return grown;
}

/** Rows an odd number of cache lines apart do not crowd into a few sets of the cache. */
export function oddLines(doubles: number): number {
  return (Math.ceil(doubles / 8) | 1) * 8;
}
