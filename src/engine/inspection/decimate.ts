/**
 * At most `buckets` × 2 points of a column [T] that keep every extreme: the lowest and highest value
 * of each bucket, at their own steps and in their order. A bucket of NaN alone gives one NaN.
 */
export function decimate(values: Float64Array, buckets: number): { step: Float64Array; value: Float64Array } {
  const steps = values.length;
  if (steps <= 2 * buckets) {
    return { step: Float64Array.from(values, (_, index) => index), value: values.slice() };
  }
  const chosen: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * steps) / buckets);
    const end = Math.floor(((bucket + 1) * steps) / buckets);
    pushExtremes(values, start, end, chosen);
  }
  return { step: Float64Array.from(chosen), value: Float64Array.from(chosen, (index) => values[index]!) };
}

function pushExtremes(values: Float64Array, start: number, end: number, chosen: number[]): void {
  let lowest = -1;
  let highest = -1;
  for (let index = start; index < end; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    if (lowest < 0 || value < values[lowest]!) lowest = index;
    if (highest < 0 || value > values[highest]!) highest = index;
  }
  if (lowest < 0) chosen.push(start);
  else if (lowest === highest) chosen.push(lowest);
  else chosen.push(Math.min(lowest, highest), Math.max(lowest, highest));
}
