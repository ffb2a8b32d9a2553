import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import type { CurveView } from "../../../../src/protocol/engine.ts";
import { curveLines, nearestPoint } from "../../../../webview/curve/lines.ts";

const column = (minimum: number[], maximum = minimum) => ({
  minimum: Float64Array.from(minimum),
  maximum: Float64Array.from(maximum),
});
const curve: CurveView = {
  updates: 6,
  update: Float64Array.of(1, 3, 5),
  columns: {
    return: column([10, 20, 30], [12, 20, 40]),
    averageReturn: column([10, 15, 20]),
    loss: column([1, 2, 3]),
    gradientNorm: column([1, 2, 3]),
    entropy: column([0.6, Number.NaN, 0.5]),
  },
  kept: new Float64Array(),
  pinned: [],
  lossChanges: [],
};

test("the average stands over each episode's return", () => {
  const [each, average] = curveLines(curve, "averageReturn");
  expect([...average!.y]).toEqual([10, 15, 20]);
  expect([...each!.y].sort((a, b) => a - b)).toEqual([10, 12, 20, 30, 40]);
});

test("another quantity stands alone, its gaps with it", () => {
  const lines = curveLines(curve, "entropy");
  expect(lines).toHaveLength(1);
  expect([...lines[0]!.y]).toEqual([0.6, Number.NaN, 0.5]);
});

property.prop([
  fc
    .uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1 })
    .map((all) => all.sort((a, b) => a - b)),
  fc.integer({ min: 0, max: 11_000 }),
])("the nearest point is the nearest", (ascending, wanted) => {
  const found = ascending[nearestPoint(Float64Array.from(ascending), wanted)]!;
  const least = Math.min(...ascending.map((value) => Math.abs(value - wanted)));
  expect(Math.abs(found - wanted)).toBe(least);
});
