import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { bandOf, commonGrid, type Trace, valueAt } from "../../../../src/engine/comparison/band.ts";
import { mostCurvePoints } from "../../../../src/protocol/comparisonViews.ts";

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const point = fc.tuple(fc.nat(500), fc.oneof({ arbitrary: value, weight: 9 }, fc.constant(Number.NaN)));

/** A run's curve: whole x that never fall and may repeat, as environment steps do over minibatches. */
const trace: fc.Arbitrary<Trace> = fc.array(point, { minLength: 1, maxLength: 40 }).map((points) => {
  points.sort(([a], [b]) => a - b);
  return {
    x: Float64Array.from(points, ([x]) => x + 1),
    y: Float64Array.from(points, ([, y]) => y),
  };
});
const traces = fc.array(trace, { minLength: 1, maxLength: 6 });

/** The same by looking at every update. */
function slowValueAt({ x, y }: Trace, at: number): number {
  if (at > Math.max(...x)) return Number.NaN;
  let found = Number.NaN;
  for (const [place, here] of x.entries()) if (here <= at) found = y[place]!;
  return found;
}

const gridOf = (several: readonly Trace[]) => commonGrid(Math.max(...several.map(({ x }) => x.at(-1)!)));

describe("a run's value", () => {
  test.prop([trace, fc.nat(600)])(
    "is that of its last update at or before x, and none beyond its end",
    (one, at) => {
      expect(valueAt(one, at)).toBe(slowValueAt(one, at));
    },
  );
});

describe("the common grid", () => {
  test.prop([fc.integer({ min: 1, max: 1e12 })])("has few whole places, evenly, up to the end", (last) => {
    const grid = commonGrid(last);
    expect(grid.length).toBeLessThanOrEqual(mostCurvePoints);
    expect(grid.length).toBeGreaterThanOrEqual(Math.min(last, mostCurvePoints / 2.5 - 1));
    expect(grid.at(-1)!).toBeLessThanOrEqual(last);
    expect(grid.every((place, index) => place === (index + 1) * grid[0]!)).toBe(true);
    expect(Number.isInteger(grid[0])).toBe(true);
  });

  test("of short curves is every update", () => {
    expect([...commonGrid(4)]).toEqual([1, 2, 3, 4]);
    expect([...commonGrid(0)]).toEqual([]);
  });
});

describe("a band", () => {
  test.prop([traces])("holds its mean, and every value that it is made of", (several) => {
    const { x, mean, least, greatest, runs } = bandOf(several, gridOf(several));
    for (const [place, at] of x.entries()) {
      const values = several.map((one) => slowValueAt(one, at)).filter((one) => !Number.isNaN(one));
      expect(runs[place]).toBe(values.length);
      expect(least[place]).toBe(Math.min(...values));
      expect(greatest[place]).toBe(Math.max(...values));
      expect(mean[place]).toBeGreaterThanOrEqual(least[place]!);
      expect(mean[place]).toBeLessThanOrEqual(greatest[place]!);
      const sum = values.reduce((total, one) => total + one, 0);
      expect(Math.abs(mean[place]! - sum / values.length)).toBeLessThanOrEqual(1e-9 * 1e6);
    }
  });

  test.prop([
    traces.chain((several) =>
      fc.tuple(fc.constant(several), fc.shuffledSubarray(several, { minLength: several.length })),
    ),
  ])("does not depend on the order of its runs", ([several, shuffled]) => {
    expect(bandOf(shuffled, gridOf(shuffled))).toEqual(bandOf(several, gridOf(several)));
  });

  test.prop([trace])("of one run is the run's own curve", (one) => {
    const { x, mean, least, greatest, runs } = bandOf([one], gridOf([one]));
    expect(mean).toEqual(x.map((at) => valueAt(one, at)));
    expect(least).toEqual(mean);
    expect(greatest).toEqual(mean);
    expect(runs.every((count) => count === 1)).toBe(true);
  });

  test.prop([traces])(
    "ends where its longest run ends, and tells where others have ended before",
    (several) => {
      const { x, runs } = bandOf(several, gridOf(several));
      expect(x.every((place, index) => index === 0 || place > x[index - 1]!)).toBe(true);
      for (const [place, at] of x.entries())
        expect(runs[place]).toBeLessThanOrEqual(several.filter((one) => one.x.at(-1)! >= at).length);
      const last = several.filter((one) => !Number.isNaN(one.y.at(-1)!)).map((one) => one.x.at(-1)!);
      if (last.length > 0) expect(x.at(-1)!).toBeGreaterThanOrEqual(Math.max(...last));
    },
  );
});
