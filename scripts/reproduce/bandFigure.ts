import { curveClasses, label, line, picture, rounded } from "./svg.ts";

/** Learning curves of one task over environment steps, each kind of training a mean with a band. */
export interface BandPanel {
  readonly title: string;
  /** Environment steps. */
  readonly grid: readonly number[];
  /** At most four; a curve a seed, over the grid, NaN where there is nothing yet. */
  readonly bands: readonly { readonly name: string; readonly curves: readonly (readonly number[])[] }[];
  /** A value that a dotted line marks. */
  readonly mark?: { readonly value: number; readonly name: string };
}

export interface BandFigure {
  readonly title: string;
  /** The text alternative: what is to be seen, with its numbers. */
  readonly words: string;
  readonly panels: readonly BandPanel[];
}

const columns = 2;
const cell = { width: 440, height: 236 };
const inset = { left: 58, right: 16, top: 34, bottom: 38 };
const head = 56;

/** Panels of mean curves, with bands from the least to the greatest seed, as SVG. */
export function drawBands({ title, words, panels }: BandFigure): string {
  const names = [...new Set(panels.flatMap(({ bands }) => bands.map(({ name }) => name)))];
  const rows = Math.ceil(panels.length / columns);
  const body = [
    label(title, 12, 22, "title"),
    ...names.map(legend),
    ...panels.map((panel, place) => {
      const x = (place % columns) * cell.width;
      const y = head + Math.floor(place / columns) * cell.height;
      return `<g transform="translate(${x} ${y})">${drawPanel(panel, names)}</g>`;
    }),
  ];
  return picture(columns * cell.width, head + rows * cell.height, title, words, body.join("\n"));
}

function legend(name: string, place: number): string {
  const x = 12 + 150 * place;
  const which = curveClasses[place];
  return `<path class="curve ${which}" d="M${x} 40h34"/>${label(name, x + 42, 44, `name ${which}`)}`;
}

function drawPanel({ title, grid, bands, mark }: BandPanel, names: readonly string[]): string {
  const [left, right] = [inset.left, cell.width - inset.right];
  const [top, bottom] = [inset.top, cell.height - inset.bottom];
  const values = [...bands.flatMap(({ curves }) => curves.flat()), ...(mark ? [mark.value] : [])];
  const scale = scaleOf(values.filter((value) => !Number.isNaN(value)));
  const last = grid.at(-1)!;
  const x = (step: number) => left + ((right - left) * step) / last;
  const y = (value: number) =>
    bottom - ((bottom - top) * (value - scale.least)) / (scale.greatest - scale.least);
  return [
    label(title, left, 20, "panel"),
    ...scale.ticks.flatMap((tick) => [
      line(left, y(tick), right, y(tick), "grid"),
      label(numberText(tick), left - 6, y(tick) + 4, "end"),
    ]),
    ...[0, 0.5, 1].map((share) => label(stepText(share * last), x(share * last), bottom + 18, "middle")),
    ...(mark
      ? [
          line(left, y(mark.value), right, y(mark.value), "mark"),
          label(mark.name, right, y(mark.value) - 4, "end"),
        ]
      : []),
    ...bands.map(({ name, curves }) =>
      drawBand(grid, curves, curveClasses[names.indexOf(name)] ?? "d", x, y),
    ),
  ].join("");
}

function drawBand(
  grid: readonly number[],
  curves: readonly (readonly number[])[],
  which: string,
  x: (step: number) => number,
  y: (value: number) => number,
): string {
  const known = grid.flatMap((step, place) => {
    const values = curves.map((curve) => curve[place]!).filter((value) => !Number.isNaN(value));
    if (values.length === 0) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [{ step, mean, least: Math.min(...values), greatest: Math.max(...values) }];
  });
  const way = (points: readonly string[]) => `M${points.join("L")}`;
  const at = (step: number, value: number) => `${rounded(x(step))} ${rounded(y(value))}`;
  const above = known.map(({ step, greatest }) => at(step, greatest));
  const below = known.map(({ step, least }) => at(step, least)).reverse();
  const middle = known.map(({ step, mean }) => at(step, mean));
  return `<path class="band ${which}" d="${way([...above, ...below])}Z"/><path class="curve ${which}" d="${way(middle)}"/>`;
}

/** Round numbers that hold the values, and ticks between them. */
function scaleOf(values: readonly number[]): { least: number; greatest: number; ticks: readonly number[] } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const rough = Math.max(high - low, 1e-9) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!;
  const first = Math.floor(low / step);
  const count = Math.ceil(high / step) - first;
  const ticks = Array.from({ length: count + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(6)),
  );
  return { least: ticks[0]!, greatest: ticks.at(-1)!, ticks };
}

const numberText = (value: number) => String(value).replace("-", "−");

function stepText(steps: number): string {
  if (steps >= 1e6) return `${steps / 1e6}M`;
  return steps === 0 ? "0" : `${Number((steps / 1000).toPrecision(4))}k`;
}
