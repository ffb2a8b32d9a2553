import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { groupLines, wholeCount } from "../../../../webview/comparison/curves/lines.ts";
import { band, group } from "./example.ts";

const linesOf = (runs: readonly number[]) =>
  groupLines({ group: group("a", { curve: band(runs) }), place: 0 });
const places = (values: ArrayLike<number>) =>
  Array.from(values, (value, place) => (Number.isNaN(value) ? -1 : place)).filter((place) => place >= 0);

describe("a group's lines", () => {
  test("are a band and a mean where all its runs are, and a thin line where some are", () => {
    const [greatest, least, mean, few] = linesOf([2, 3, 3, 3, 1, 1]);
    expect(places(greatest!.y)).toEqual([1, 2, 3]);
    expect(places(least!.y)).toEqual([1, 2, 3]);
    expect(greatest!.fillToNext).toBeGreaterThan(0);
    expect(places(mean!.y)).toEqual([1, 2, 3]);
    expect(places(few!.y)).toEqual([0, 1, 3, 4, 5]);
    expect(few!.width).toBeLessThan(mean!.width);
  });

  test("of one run have no band", () => {
    const lines = linesOf([1, 1, 1]);
    expect(lines.some(({ fillToNext }) => fillToNext !== undefined)).toBe(false);
    expect(places(lines[0]!.y)).toEqual([0, 1, 2]);
    expect(places(lines[1]!.y)).toEqual([]);
  });

  property.prop([fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 30 })])(
    "leave no point of the curve out, and join all of them",
    (runs) => {
      const means = linesOf(runs)
        .slice(-2)
        .map(({ y }) => new Set(places(y)));
      for (const at of runs.keys()) {
        expect(means.some((drawn) => drawn.has(at))).toBe(true);
        if (at > 0) expect(means.some((drawn) => drawn.has(at - 1) && drawn.has(at))).toBe(true);
      }
      expect(wholeCount(band(runs))).toBe(Math.max(0, ...runs));
    },
  );
});
