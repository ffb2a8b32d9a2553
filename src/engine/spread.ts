import type { SpreadView } from "../protocol/comparisonViews.ts";

/** Mean, least and greatest of some numbers; null where there are none. */
export function spread(values: readonly number[]): SpreadView | null {
  if (values.length === 0) return null;
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    least: values.reduce((least, value) => Math.min(least, value)),
    greatest: values.reduce((greatest, value) => Math.max(greatest, value)),
  };
}
