import { curveClasses, label, line, picture, rounded } from "../../src/cli/svg.ts";

export interface CurveFigure {
  readonly title: string;
  /** The text alternative: what is to be seen, with its numbers. */
  readonly words: string;
  readonly across: string;
  readonly up: string;
  readonly least: number;
  readonly greatest: number;
  readonly ticks: readonly number[];
  /** A value that a dotted line marks. */
  readonly mark: { readonly value: number; readonly name: string };
  /** At most six; the values of episode 1, 2, … */
  readonly curves: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
}

const width = 720;
const height = 400;
const left = 62;
const right = 20;
const top = 40;
const bottom = 52;

/** Curves over episodes as SVG. */
export function drawCurves(figure: CurveFigure): string {
  const { title, words, across, up, least, greatest, ticks, mark, curves } = figure;
  const episodes = Math.max(...curves.map(({ values }) => values.length));
  const x = (episode: number) => left + ((width - left - right) * episode) / episodes;
  const y = (value: number) =>
    top + ((height - top - bottom) * (greatest - Math.max(least, value))) / (greatest - least);
  const body = [
    label(title, left, 22, "title"),
    ...ticks.map((tick) => line(left, y(tick), width - right, y(tick), "grid")),
    ...ticks.map((tick) => label(String(tick).replace("-", "−"), left - 8, y(tick) + 4, "end")),
    ...[0, 0.2, 0.4, 0.6, 0.8, 1].map((share) =>
      label(String(share * episodes), x(share * episodes), height - bottom + 18, "middle"),
    ),
    label(across, (left + width - right) / 2, height - 12, "middle"),
    `<text class="middle" transform="translate(14 ${(top + height - bottom) / 2}) rotate(-90)">${up}</text>`,
    line(left, y(mark.value), width - right, y(mark.value), "mark"),
    label(mark.name, width - right, y(mark.value) - 5, "end"),
    ...curves.map(
      ({ values }, place) => `<path class="curve ${curveClasses[place]}" d="${way(values, x, y)}"/>`,
    ),
    ...curves.map(({ name }, place) => legend(name, place, curves.length)),
  ];
  return picture(width, height, title, words, body.join("\n"));
}

function way(values: ArrayLike<number>, x: (episode: number) => number, y: (value: number) => number) {
  const points = Array.from(values, (value, index) => `${rounded(x(index + 1))} ${rounded(y(value))}`);
  return `M${points.join("L")}`;
}

/** At the lower right, where learning curves are not. */
function legend(name: string, place: number, count: number): string {
  const y = height - bottom - 14 - 18 * (count - 1 - place);
  const x = width - right - 250;
  return `<path class="curve ${curveClasses[place]}" d="M${x} ${y - 4}h34"/>${label(name, x + 42, y, `name ${curveClasses[place]}`)}`;
}
