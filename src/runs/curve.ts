/** A column drawn with few points: bucket i covers updates from[i] … from[i + 1] − 1. Each [buckets]. */
export interface Curve {
  /** First update of each bucket. */
  readonly from: Float64Array;
  /** Smallest and greatest value in it, NaN left out; NaN where there is nothing else. */
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  /** Mean of the values that are not NaN. */
  readonly mean: Float64Array;
}

/**
 * Min-max decimation of a column whose first value belongs to update `first`: at most `buckets` buckets
 * whose sizes differ by at most one, so no extreme value is lost, however narrow the drawing.
 */
export function decimate(values: Float64Array, first: number, buckets: number): Curve {
  const size = Math.min(Math.max(1, Math.floor(buckets)), values.length);
  const empty = () => new Float64Array(size);
  const curve = { from: empty(), minimum: empty(), maximum: empty(), mean: empty() };
  for (let bucket = 0; bucket < size; bucket++) {
    const start = Math.floor((bucket * values.length) / size);
    const end = Math.floor(((bucket + 1) * values.length) / size);
    const { minimum, maximum, mean } = extremes(values, start, end);
    curve.from[bucket] = first + start;
    curve.minimum[bucket] = minimum;
    curve.maximum[bucket] = maximum;
    curve.mean[bucket] = mean;
  }
  return curve;
}

function extremes(values: Float64Array, start: number, end: number) {
  let minimum = Number.NaN;
  let maximum = Number.NaN;
  let sum = 0;
  let count = 0;
  for (let index = start; index < end; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    if (!(value >= minimum)) minimum = value;
    if (!(value <= maximum)) maximum = value;
    sum += value;
    count++;
  }
  return { minimum, maximum, mean: sum / count };
}
