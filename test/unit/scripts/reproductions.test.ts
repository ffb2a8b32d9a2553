import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../../../scripts/lib/paths.mjs";
import { corridorPart } from "../../../scripts/reproduce/corridor.ts";
import { drawCurves } from "../../../scripts/reproduce/curveFigure.ts";
import { drawDots } from "../../../scripts/reproduce/dotFigure.ts";
import { type Measured, pageOf } from "../../../scripts/reproduce/page.ts";

const at = (...parts: string[]) => join(root, ...parts);
const measured = JSON.parse(readFileSync(at("docs", "reproductions.json"), "utf8")) as Measured;

describe("the page of reproductions", () => {
  test("is what the script writes of the figures beside it", () => {
    expect(readFileSync(at("docs", "reproductions.md"), "utf8")).toBe(pageOf(measured));
  });

  test("shows the corridor's figures as they come out when they are made again", { timeout: 60_000 }, () => {
    const drawn = new Map<string, string>();
    const { rows, reference } = corridorPart({ save: (name, svg) => drawn.set(name, svg) });
    expect(rows).toEqual(measured.corridor?.rows);
    expect(reference).toEqual(measured.corridor?.reference);
    expect(reference.greatestZ).toBeLessThan(4);
    for (const [name, svg] of drawn)
      expect(readFileSync(at("media", "reproductions", `${name}.svg`), "utf8"), name).toBe(svg);
    expect([...drawn.keys()]).toEqual(["figure-13.1", "figure-13.2"]);
  });
});

describe("a drawn figure", () => {
  const curves = drawCurves({
    title: "A < B",
    words: "one & two",
    across: "episode",
    up: "return",
    least: -90,
    greatest: -10,
    ticks: [-50],
    mark: { value: -50, name: "middle" },
    curves: [{ name: "c", values: [-90, -50, -10, -1000] }],
  });

  test("puts the least value at the lower edge, the greatest at the upper, and what is below at the lower", () => {
    const way = /class="curve a" d="M([^"]*)"/
      .exec(curves)![1]!
      .split("L")
      .map((point) => point.split(" ").map(Number));
    const [low, middle, high, below] = way.map(([, y]) => y!);
    expect(middle).toBeCloseTo((low! + high!) / 2, 6);
    expect(low).toBeGreaterThan(high!);
    expect(below).toBe(low);
    expect(curves).toContain(`y1="${middle}" x2="700" y2="${middle}" class="mark"`);
  });

  test("has a text alternative, and no markup in its words", () => {
    expect(curves).toContain('<title id="name">A &lt; B</title><desc id="words">one &amp; two</desc>');
    expect(curves).toContain('role="img" aria-labelledby="name words"');
  });

  test("of dots has one a value, evenly apart for even ratios, and no mean where there are none", () => {
    const dots = drawDots({
      title: "t",
      words: "w",
      across: "x",
      ticks: [100, 1000, 10_000],
      rows: [
        { name: "a", values: [100, 1000, 10_000], note: "" },
        { name: "b", values: [], note: "0 of 3" },
      ],
    });
    const places = [...dots.matchAll(/cx="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(places).toHaveLength(3);
    expect(places[1]! - places[0]!).toBeCloseTo(places[2]! - places[1]!, 0);
    expect(dots.match(/class="mean"/g)).toHaveLength(1);
  });
});
