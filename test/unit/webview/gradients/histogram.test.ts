import { expect, test } from "vitest";
import { commonAxis, histogramPath } from "../../../../webview/gradients/histogram.ts";

test("histograms of other widths are compared by density", () => {
  const axis = commonAxis([
    { low: -1, high: 1, counts: [4, 4] },
    { low: 0, high: 4, counts: [8, 8] },
  ]);
  expect(axis).toEqual({ low: -1, high: 4, most: 4 });
});

test("an outline begins and ends on the ground and reaches the top at its highest bin", () => {
  const histogram = { low: 0, high: 2, counts: [1, 2] };
  const path = histogramPath(histogram, commonAxis([histogram]), 20, 10);
  expect(path).toBe("M0.00 10L0.00 5.00L10.00 5.00L10.00 0.00L20.00 0.00L20.00 10Z");
});

test("one value alone has no outline", () => {
  const histogram = { low: 3, high: 3, counts: [5] };
  expect(histogramPath(histogram, commonAxis([histogram]), 20, 10)).toBe("");
});
