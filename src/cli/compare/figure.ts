import { niceStep } from "../../engine/comparison/band.ts";
import { axisTitles, metricTitles } from "../../protocol/comparisonTitles.ts";
import type { BandView, ComparisonGroupView, RunsComparisonView } from "../../protocol/comparisonViews.ts";
import { letterOf } from "../../protocol/letters.ts";
import { counted, formatNumber } from "../output.ts";
import { curveClasses, label, line, picture, rounded } from "../svg.ts";

const width = 760;
const plotHeight = 300;
const left = 62;
const right = 34;
const top = 40;
const below = 50;
const legendRow = 18;

interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/**
 * Learning curves of the groups of one environment as SVG: mean with the range from least to greatest run. Where only some
 * of a group's runs have got to, its line is thin and has no band.
 */
export function comparisonFigure(view: RunsComparisonView, environment: string): string {
  const groups = view.groups
    .map((group, place) => ({ group, place }))
    .filter(({ group }) => group.environment === environment && group.curve.x.length > 0);
  const curves = groups.map(({ group }) => group.curve);
  const last = greatestOf(curves.map(({ x }) => x)) || 1;
  const across = niceTicks(0, last).filter((tick) => tick <= last);
  const up = niceTicks(
    leastOf(curves.map(({ least }) => least)),
    greatestOf(curves.map(({ greatest }) => greatest)),
  );
  const scale = scaleOf(last, up);
  const bottom = top + plotHeight;
  const title = `${environment}: ${metricTitles[view.metric]}`;
  const body = [
    label(title, left, 22, "title"),
    ...up.map((tick) => line(left, scale.y(tick), width - right, scale.y(tick), "grid")),
    ...up.map((tick) => label(tickText(tick), left - 8, scale.y(tick) + 4, "end")),
    ...across.map((tick) => label(tickText(tick), scale.x(tick), bottom + 18, "middle")),
    label(axisTitles[view.axis], (left + width - right) / 2, bottom + 36, "middle"),
    ...groups.map(({ group, place }) => bandPath(group, place, scale)),
    ...groups.map(({ group, place }) => meanPaths(group, place, scale)),
    ...groups.map(({ group, place }, row) => legend(group, place, bottom + below + 12 + legendRow * row)),
  ];
  const height = bottom + below + legendRow * groups.length + 12;
  return picture(width, height, title, words(groups.map(({ group }) => group)), body.join("\n"));
}

function words(groups: readonly ComparisonGroupView[]): string {
  return groups
    .map(({ name, runs, curve }) => {
      const last = curve.x.length - 1;
      const end = `${formatNumber(curve.mean[last]!)} at ${formatNumber(curve.x[last]!)}`;
      return `${name}, ${counted(runs.length, "run")}: ${end}.`;
    })
    .join(" ");
}

function scaleOf(last: number, up: readonly number[]): Scale {
  const [y0, y1] = [up[0]!, up.at(-1)!];
  return {
    x: (value) => left + ((width - left - right) * value) / last,
    y: (value) => top + (plotHeight * (y1 - value)) / (y1 - y0),
  };
}

const classOf = (place: number) => curveClasses[place % curveClasses.length]!;
const isWhole = ({ runs }: BandView, at: number, of: number) => runs[at] === of;
/** Runs that have a value somewhere; one that has none cannot hold up the others. */
const countOf = ({ runs }: BandView) => runs.reduce((most, count) => Math.max(most, count), 0);

/** The range of the places that all runs have got to. */
function bandPath({ curve }: ComparisonGroupView, place: number, { x, y }: Scale): string {
  const count = countOf(curve);
  const places = [...curve.x.keys()].filter(
    (at) => isWhole(curve, at, count) && Number.isFinite(curve.greatest[at]! - curve.least[at]!),
  );
  if (count < 2 || places.length === 0) return "";
  const edge = (values: Float64Array, at: number) => `${rounded(x(curve.x[at]!))} ${rounded(y(values[at]!))}`;
  const way = [
    ...places.map((at) => edge(curve.greatest, at)),
    ...places.toReversed().map((at) => edge(curve.least, at)),
  ];
  return `<path class="band ${classOf(place)}" d="M${way.join("L")}Z"/>`;
}

/** The mean: a line where all runs are, a thin one where only some are. */
function meanPaths({ curve }: ComparisonGroupView, place: number, scale: Scale): string {
  const count = countOf(curve);
  const last = curve.x.length - 1;
  const parts = [true, false].map((whole) => {
    const pieces: string[] = [];
    for (let at = 1; at <= last; at++) {
      if (isWhole(curve, at, count) !== whole) continue;
      const joins = at > 1 && isWhole(curve, at - 1, count) === whole;
      pieces.push(`${joins ? "" : `M${pointAt(curve, at - 1, scale)}`}L${pointAt(curve, at, scale)}`);
    }
    return pieces.length === 0
      ? ""
      : `<path class="curve ${classOf(place)}${whole ? "" : " few"}" d="${pieces.join("")}"/>`;
  });
  const name = label(
    letterOf(place),
    scale.x(curve.x[last]!) + 5,
    scale.y(curve.mean[last]!) + 4,
    `name ${classOf(place)}`,
  );
  return parts.join("") + name;
}

const pointAt = (curve: BandView, at: number, { x, y }: Scale) =>
  `${rounded(x(curve.x[at]!))} ${rounded(y(curve.mean[at]!))}`;

function legend({ name, runs }: ComparisonGroupView, place: number, y: number): string {
  const words = `${letterOf(place)}  ${name} (${counted(runs.length, "run")})`;
  return `<path class="curve ${classOf(place)}" d="M${left} ${y - 4}h34"/>${label(words, left + 42, y, `name ${classOf(place)}`)}`;
}

const tickText = (value: number) => formatNumber(Number(value.toPrecision(12))).replace("-", "−");

/** Four to ten ticks at 1, 2 or 5 times a power of ten, the first at or below `least` and the last at or above `greatest`. */
export function niceTicks(least: number, greatest: number): readonly number[] {
  if (!Number.isFinite(greatest - least)) return [0, 1];
  const span = greatest - least || Math.abs(greatest) || 1;
  const step = niceStep(span / 5);
  const first = Math.floor(least / step);
  const last = Math.max(first + 1, Math.ceil(greatest / step));
  return Array.from({ length: last - first + 1 }, (_, place) => (first + place) * step);
}

const leastOf = (columns: readonly Float64Array[]) => extreme(columns, Math.min);
const greatestOf = (columns: readonly Float64Array[]) => extreme(columns, Math.max);

function extreme(columns: readonly Float64Array[], pick: (a: number, b: number) => number): number {
  const values = columns.flatMap((column) => [...column]).filter(Number.isFinite);
  return values.length === 0 ? Number.NaN : values.reduce((best, value) => pick(best, value));
}
