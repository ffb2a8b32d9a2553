import type { ComparisonAxis, ComparisonMetric } from "./comparisonViews.ts";

/** What the axis counts, and the quantity that the curves show, in words. */
export const axisTitles: Readonly<Record<ComparisonAxis, string>> = {
  steps: "environment steps",
  episodes: "episodes",
  updates: "updates",
};
export const metricTitles: Readonly<Record<ComparisonMetric, string>> = {
  averageReturn: "return, mean of 100 episodes",
  return: "return, last episode",
  loss: "loss",
  gradientNorm: "gradient norm",
  entropy: "entropy",
};
