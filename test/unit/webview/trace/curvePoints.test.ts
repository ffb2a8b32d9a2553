import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { curvePoints } from "../../../../webview/trace/curvePoints.ts";

const size = { width: 100, height: 40 };
const parsed = (points: string) => points.split(" ").map((pair) => pair.split(",").map(Number));

describe("the points of a curve", () => {
  test("put the largest value on top and the first on the left", () => {
    expect(curvePoints([1, 3, 2], size)).toEqual(["3.0,37.0 50.0,3.0 97.0,20.0"]);
  });

  test("part where a value is missing", () => {
    expect(curvePoints([1, null, 2, Number.NaN, 3], size)).toHaveLength(3);
  });

  property.prop([fc.array(fc.option(fc.double()), { minLength: 1 })])("stay inside the picture", (values) => {
    for (const [x, y] of curvePoints(values, size).flatMap(parsed)) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(size.width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(size.height);
    }
  });
});
