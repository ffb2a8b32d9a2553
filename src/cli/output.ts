import { UserError } from "../engine/userError.ts";
import { RunError } from "../runs/runError.ts";

export { counted, formatCount, formatNumber } from "../engine/figures.ts";

/** Where a command writes; tests give their own. */
export interface Console {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly isTerminal: boolean;
  readonly columns: number;
}

export type ExitCode = 0 | 1 | 2;

/** One JSON Lines record: NaN and ±Infinity as strings, typed arrays as lists. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, isPlain(value) ? undefined : jsonValue)}\n`;
}

/** Whether JSON has a form for every member: a replacer that is asked about each takes several times as long. */
function isPlain(value: unknown): boolean {
  return Object.values(value as object).every((member) => Number.isFinite(member));
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  return value;
}

/** A right-aligned text table; the first row is the header. Columns named in `left` are left-aligned. */
export function textTable(
  rows: readonly (readonly string[])[],
  left: ReadonlySet<number> = new Set(),
): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => textWidth(row[column] ?? ""))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const padding = " ".repeat((widths[column] ?? 0) - textWidth(cell));
        return left.has(column) ? cell + padding : padding + cell;
      })
      .join("  ")
      .trimEnd();
  return `${rows.map(line).join("\n")}\n`;
}

/** Code points without combining marks: what a terminal's cells hold for our texts. */
function textWidth(text: string): number {
  return [...text.normalize("NFC").replace(/\p{M}/gu, "")].length;
}

/** The one line for a failed command, without a stack where a person can mend it. */
export function errorLine(error: unknown): string {
  if (error instanceof UserError) return `pgi: ${error.line}\n`;
  if (error instanceof RunError) return `pgi: ${error.message}\n`;
  const message = error instanceof Error ? error.message : String(error);
  return `pgi: a fault of pgi itself: ${message.replaceAll("\n", " ")} (PGI_STACK=1 shows where)\n`;
}
