import type { Diagnostic } from "../loss/diagnostic.ts";

const widest = 100;

/** A diagnostic in a terminal: place and message, the line or the part of it around the place, the range underlined. */
export function diagnosticLine(text: string, diagnostic: Diagnostic): string {
  const before = text.slice(0, diagnostic.start);
  const line = before.split("\n").length;
  const lineStart = before.lastIndexOf("\n") + 1;
  const column = diagnostic.start - lineStart;
  const message = diagnostic.message.replace(/\.$/, "");
  const hint = diagnostic.hint === undefined ? "" : `; ${diagnostic.hint}`;
  const end = text.indexOf("\n", diagnostic.start);
  const source = text.slice(lineStart, end === -1 ? undefined : end);
  const length = Math.min(diagnostic.end - lineStart, source.length) - column;
  return `${diagnostic.severity}, line ${line} column ${column + 1}: ${message}${hint}\n${marked(source, column, length)}`;
}

/** A line with the part from `column` on underlined; of a long line, what is around that place. */
function marked(source: string, column: number, length: number): string {
  const from = column + length <= widest ? 0 : Math.max(0, column - widest / 4);
  const shown = source.slice(from, from + widest);
  const start = from === 0 ? "" : "…";
  const rest = from + widest < source.length ? "…" : "";
  const underline = "^".repeat(Math.max(1, Math.min(length, widest - (column - from))));
  return `  ${start}${shown}${rest}\n  ${" ".repeat(start.length + column - from)}${underline}\n`;
}
