/** The largest |a − b|, in proportion to ‖b‖; infinite where lengths differ or a number is none. */
export function relativeDifference(computed: Float64Array, expected: Float64Array): number {
  if (computed.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let square = 0;
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs(computed[index]! - expected[index]!);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    square += expected[index]! * expected[index]!;
  }
  return largest === 0 ? 0 : largest / Math.sqrt(square);
}
