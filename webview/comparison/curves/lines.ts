import type { BandView } from "../../../src/protocol/comparisonViews.ts";
import type { Line } from "../../charts/lineChart.ts";
import { type PlacedGroup, styleOf } from "../selectors.ts";

const bandStrength = 0.16;

/**
 * A group's lines: the range of its runs as a filled band with the mean over it, and, where only some of its runs have got
 * to, the mean of these as a thin line without a band.
 */
export function groupLines({ group: { curve }, place }: PlacedGroup): readonly Line[] {
  const { colour, dash } = styleOf(place);
  const whole = wholeCount(curve);
  const isWhole = (at: number) => curve.runs[at] === whole;
  const where = (column: Float64Array, isShown: (at: number) => boolean) =>
    column.map((value, at) => (isShown(at) ? value : Number.NaN));
  const edge = (column: Float64Array): Line => ({
    x: curve.x,
    y: where(column, isWhole),
    colour,
    width: 0,
  });
  const band = whole < 2 ? [] : [{ ...edge(curve.greatest), fillToNext: bandStrength }, edge(curve.least)];
  // With their neighbours, so that the thin line joins the whole one.
  const few = (at: number) =>
    [at - 1, at, at + 1].some((near) => near >= 0 && near < curve.x.length && !isWhole(near));
  return [
    ...band,
    { x: curve.x, y: where(curve.mean, isWhole), colour, dash, width: 2 },
    { x: curve.x, y: where(curve.mean, few), colour, dash, width: 1, strength: 0.6 },
  ];
}

/** The most runs that have a value at one place; a run that never has one cannot hold up the others. */
export function wholeCount({ runs }: BandView): number {
  return runs.reduce((most, count) => Math.max(most, count), 0);
}
