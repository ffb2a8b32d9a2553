import type { RecordedNameView } from "../../protocol/traceViews.ts";
import { fenced, firstLine, statisticsLines } from "../language/nodeMarkdown.ts";

/** When and where a value was recorded. */
export interface Recording {
  /** The name in the script. */
  readonly word: string;
  readonly trace: string;
  /** Milliseconds since the trace was written. */
  readonly age: number;
  /** Whether the script was changed after the trace was written. */
  readonly isOutdated: boolean;
}

/** A hover over a recorded name: shape, statistics, sparkline, first values, the same of its gradient, and from when. */
export function nameMarkdown(name: RecordedNameView, recording: Recording): string {
  return fenced(nameText(name, recording));
}

/** The text of that hover. */
export function nameText(
  { name, shape, value, gradient, update, source }: RecordedNameView,
  { word, trace, age, isOutdated }: Recording,
): string {
  const shown = shape.length === 0 ? "scalar" : `[${shape.join(", ")}]`;
  const file = source?.file.split(/[\\/]/).at(-1);
  const place = source === null ? "" : ` · ${file}:${source.line}`;
  return [
    `${word}   ${shown}${word === name ? "" : ` · recorded as ${name}`}`,
    ...statisticsLines(value),
    ...firstLine(value),
    ...gradientLines(word, gradient),
    `update ${update} · ${ageWords(age)} · ${trace}${place}`,
    ...(isOutdated ? ["The script has changed since."] : []),
  ].join("\n");
}

function gradientLines(word: string, gradient: RecordedNameView["gradient"]): string[] {
  if (gradient === null) return [];
  const [figures = "", ...rest] = statisticsLines(gradient);
  return [`∂loss/∂${word}:   ${figures}`, ...rest, ...firstLine(gradient)];
}

const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** "3 minutes ago", "just now". */
export function ageWords(milliseconds: number): string {
  for (const [unit, length] of units) {
    const count = Math.floor(milliseconds / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}
