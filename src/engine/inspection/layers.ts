import type { ParameterView } from "../../policies/policy.ts";
import type { ComparisonView, LayerComparison, LayerView } from "../../protocol/views.ts";

const bins = 24;

/** Norm, mean, largest entry and histogram of every parameter tensor's gradient. */
export function describeLayers(parameters: readonly ParameterView[], gradient: Float64Array): LayerView[] {
  return parameters.map(({ name, shape, offset, length }) => {
    const values = gradient.subarray(offset, offset + length);
    const { low, high } = extent(values);
    return {
      name,
      shape,
      norm: Math.sqrt(dot(values, values)),
      mean: values.reduce((sum, value) => sum + value, 0) / length,
      largest: Math.max(Math.abs(low), Math.abs(high)),
      histogram: histogram(values, low, high),
    };
  });
}

/** The gradient before and after, by parameter tensor and in all: norms, ratio, cosine, histograms on one scale. */
export function compareGradients(
  parameters: readonly ParameterView[],
  before: Float64Array,
  after: Float64Array,
): ComparisonView {
  const layers = parameters.map(({ name, shape, offset, length }) => ({
    name,
    shape,
    ...comparePair(before.subarray(offset, offset + length), after.subarray(offset, offset + length)),
  }));
  return { layers, total: comparePair(before, after) };
}

function comparePair(before: Float64Array, after: Float64Array): Omit<LayerComparison, "name" | "shape"> {
  const normBefore = Math.sqrt(dot(before, before));
  const normAfter = Math.sqrt(dot(after, after));
  const left = extent(before);
  const right = extent(after);
  const low = Math.min(left.low, right.low);
  const high = Math.max(left.high, right.high);
  return {
    before: normBefore,
    after: normAfter,
    ratio: normAfter / normBefore,
    cosine: dot(before, after) / (normBefore * normAfter),
    histogramBefore: histogram(before, low, high),
    histogramAfter: histogram(after, low, high),
  };
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function extent(values: Float64Array): { low: number; high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

function histogram(values: Float64Array, low: number, high: number): LayerView["histogram"] {
  const counts = new Array<number>(bins).fill(0);
  const width = (high - low) / bins;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const bin = width > 0 ? Math.min(bins - 1, Math.floor((value - low) / width)) : 0;
    counts[bin] = counts[bin]! + 1;
  }
  return { low, high, counts };
}
