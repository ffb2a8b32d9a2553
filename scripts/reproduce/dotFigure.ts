import { label, line, picture, rounded } from "../../src/cli/svg.ts";

export interface DotFigure {
  readonly title: string;
  readonly words: string;
  readonly across: string;
  readonly ticks: readonly number[];
  /** A row each: its values as dots, their mean as a stroke, and a note at the end. */
  readonly rows: readonly {
    readonly name: string;
    readonly values: readonly number[];
    readonly note: string;
  }[];
}

const width = 720;
const left = 260;
const right = 80;
const top = 44;
const rowHeight = 26;

/** Rows of dots over a logarithmic axis as SVG. */
export function drawDots({ title, words, across, ticks, rows }: DotFigure): string {
  const [least, greatest] = [Math.log(ticks[0]!), Math.log(ticks.at(-1)!)];
  const x = (value: number) =>
    left + ((width - left - right) * (Math.log(value) - least)) / (greatest - least);
  const end = top + rows.length * rowHeight;
  const body = [
    label(title, 12, 22, "title"),
    ...ticks.flatMap((tick) => [
      line(x(tick), top - 6, x(tick), end, "grid"),
      label(String(tick), x(tick), end + 18, "middle"),
    ]),
    label(across, (left + width - right) / 2, end + 38, "middle"),
    ...rows.map(({ name, values, note }, place) => {
      const y = top + (place + 0.5) * rowHeight;
      return [
        label(name, left - 12, y + 4, "end"),
        ...values.map((value) => `<circle class="dot" cx="${rounded(x(value))}" cy="${y}" r="4.5"/>`),
        ...meanMark(values, x, y),
        label(note, width - right + 12, y + 4),
      ].join("");
    }),
  ];
  return picture(width, end + 50, title, words, body.join("\n"));
}

function meanMark(values: readonly number[], x: (value: number) => number, y: number): string[] {
  if (values.length === 0) return [];
  const mean = x(values.reduce((sum, value) => sum + value, 0) / values.length);
  return [line(mean, y - 9, mean, y + 9, "mean")];
}
