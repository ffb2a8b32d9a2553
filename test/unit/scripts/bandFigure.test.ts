import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { drawBands } from "../../../scripts/reproduce/bandFigure.ts";

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 12 });

/** The numbers of a path's points. */
function pointsOf(svg: string, classes: string): number[][] {
  const way = new RegExp(`class="${classes}" d="M([^"Z]*)Z?"`).exec(svg)![1]!;
  return way.split("L").map((point) => point.split(" ").map(Number));
}

function figure(curves: readonly (readonly number[])[]): string {
  const grid = curves[0]!.map((_, place) => 1000 * (place + 1));
  const panels = [{ title: "t", grid, bands: [{ name: "a", curves }], mark: { value: 0, name: "zoo" } }];
  // The legend's stroke comes first and is no curve of the panel.
  return drawBands({ title: "T", words: "w", panels }).split("<g ")[1]!;
}

test.prop([fc.tuple(values, values).filter(([a, b]) => a.length === b.length)], { numRuns: 50 })(
  "a band holds its mean, and everything lies within the panel",
  ([first, second]) => {
    const svg = figure([first, second]);
    const band = pointsOf(svg, "band a");
    const middle = pointsOf(svg, "curve a");
    expect(band).toHaveLength(2 * first.length);
    for (const [place, [x, y]] of middle.entries()) {
      const [above, below] = [band[place]!, band[band.length - 1 - place]!];
      expect([above[0], below[0]]).toEqual([x, x]);
      expect(y).toBeGreaterThanOrEqual(above[1]! - 0.11);
      expect(y).toBeLessThanOrEqual(below[1]! + 0.11);
    }
    for (const [x, y] of band) {
      expect(x).toBeLessThanOrEqual(424.05);
      expect(y).toBeGreaterThanOrEqual(33.95);
      expect(y).toBeLessThanOrEqual(198.05);
    }
  },
);

test("a curve begins where its first episode has ended", () => {
  const svg = figure([
    [Number.NaN, 1, 2],
    [Number.NaN, Number.NaN, 4],
  ]);
  expect(pointsOf(svg, "curve a")).toHaveLength(2);
});
