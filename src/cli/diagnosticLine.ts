import type { Diagnostic } from "../loss/diagnostic.ts";

/** A diagnostic in a terminal: place and message, the line, the range underlined, the hint. */
export function diagnosticLine(text: string, diagnostic: Diagnostic): string {
  const before = text.slice(0, diagnostic.start);
  const line = before.split("\n").length;
  const lineStart = before.lastIndexOf("\n") + 1;
  const end = text.indexOf("\n", diagnostic.start);
  const source = text.slice(lineStart, end === -1 ? undefined : end).slice(0, 200);
  const column = diagnostic.start - lineStart;
  const width = Math.max(1, Math.min(diagnostic.end, lineStart + source.length) - diagnostic.start);
  const mark = column < 200 ? `\n  ${source}\n  ${" ".repeat(column)}${"^".repeat(width)}` : "";
  const hint = diagnostic.hint === undefined ? "" : `; ${diagnostic.hint}`;
  return `${diagnostic.severity}, line ${line} column ${column + 1}: ${diagnostic.message.replace(/\.$/, "")}${hint}${mark}\n`;
}
