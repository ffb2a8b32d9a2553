import { type BandView, mostCurvePoints } from "../../protocol/comparisonViews.ts";

/** A quantity of one run: x ascending, equal values allowed, and y after each update; both [updates]. */
export interface Trace {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * The value in force at x: that of the last update at or before it. NaN before the first update and beyond the last:
 * nothing is carried past a run's end.
 */
export function valueAt({ x, y }: Trace, at: number): number {
  const end = x.length;
  if (end === 0 || at > x[end - 1]!) return Number.NaN;
  let low = 0;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? Number.NaN : y[low - 1]!;
}

/**
 * The places at which curves are read: multiples of 1, 2 or 5 times a power of ten, whole numbers, at most
 * `mostCurvePoints` of them up to `last`, the same for all curves.
 */
export function commonGrid(last: number): Float64Array {
  const step = Math.max(1, niceStep(last / mostCurvePoints));
  return Float64Array.from({ length: Math.floor(last / step) }, (_, index) => (index + 1) * step);
}

/** The smallest of 1, 2 or 5 times a power of ten that is not below `least`; 0 for 0. */
export function niceStep(least: number): number {
  if (!(least > 0)) return 0;
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power;
}

/**
 * Mean, least and greatest of traces at the common grid's places, and at the ends of the traces, so that nothing is cut
 * off. A trace counts only where it has a value; places where none has are left out.
 */
export function bandOf(traces: readonly Trace[], grid: Float64Array): BandView {
  const ends = traces.flatMap(({ x }) => (x.length === 0 ? [] : [x.at(-1)!]));
  const last = ends.reduce((most, end) => Math.max(most, end), 0);
  const places = [...new Set([...grid.filter((place) => place <= last), ...ends])].sort((a, b) => a - b);
  const points = places.flatMap((x) => pointOf(x, traces));
  const column = (read: (point: Point) => number) => Float64Array.from(points, read);
  return {
    x: column((point) => point.x),
    mean: column((point) => point.mean),
    least: column((point) => point.least),
    greatest: column((point) => point.greatest),
    runs: column((point) => point.runs),
  };
}

interface Point {
  readonly x: number;
  readonly mean: number;
  readonly least: number;
  readonly greatest: number;
  readonly runs: number;
}

function pointOf(x: number, traces: readonly Trace[]): readonly Point[] {
  const values = traces.map((trace) => valueAt(trace, x)).filter((value) => !Number.isNaN(value));
  if (values.length === 0) return [];
  // Sorted, so that the mean does not depend on the order of the runs.
  values.sort((a, b) => a - b);
  const [least, greatest] = [values[0]!, values.at(-1)!];
  const sum = values.reduce((total, value) => total + value, 0);
  const mean = Math.min(greatest, Math.max(least, sum / values.length));
  return [{ x, mean, least, greatest, runs: values.length }];
}
