import type { LayerView } from "../../src/protocol/views.ts";

type Histogram = LayerView["histogram"];

/** The outline of a histogram as an SVG path in a box of `width` by `height`, on an axis from `low` to `high`. */
export function histogramPath(
  histogram: Histogram,
  axis: { readonly low: number; readonly high: number; readonly most: number },
  width: number,
  height: number,
): string {
  const { low, high, counts } = histogram;
  const span = axis.high - axis.low;
  if (counts.length === 0 || !(span > 0) || !(axis.most > 0)) return "";
  const x = (value: number) => (((value - axis.low) / span) * width).toFixed(2);
  const y = (density: number) => (height - (density / axis.most) * height).toFixed(2);
  const step = (high - low) / counts.length;
  const tops = counts.map((count, i) => {
    const top = y(densityOf(histogram, count));
    return `L${x(low + i * step)} ${top}L${x(low + (i + 1) * step)} ${top}`;
  });
  return `M${x(low)} ${height}${tops.join("")}L${x(high)} ${height}Z`;
}

/** One axis for several histograms, so that they can lie over one another. */
export function commonAxis(histograms: readonly Histogram[]): { low: number; high: number; most: number } {
  const finite = histograms.filter(
    ({ low, high }) => Number.isFinite(low) && Number.isFinite(high) && high > low,
  );
  return {
    low: Math.min(...finite.map(({ low }) => low)),
    high: Math.max(...finite.map(({ high }) => high)),
    most: Math.max(0, ...finite.flatMap((one) => one.counts.map((count) => densityOf(one, count)))),
  };
}

/** Counts per unit of the axis: only these can be compared between bins of other widths. */
function densityOf({ low, high, counts }: Histogram, count: number): number {
  const binWidth = (high - low) / counts.length;
  return binWidth > 0 ? count / binWidth : 0;
}
