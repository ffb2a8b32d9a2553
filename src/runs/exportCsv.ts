import { writeWholeFile } from "./createFile.ts";

/** One column of a CSV file: its heading and its values, [n] in every column. */
export interface CsvColumn {
  readonly name: string;
  readonly values: Float64Array | Uint8Array | readonly (number | string)[];
}

/**
 * The lines of a CSV file after RFC 4180, each with its line end (CR LF), heading first. Numbers are written with
 * as many digits as give the same float64 back; NaN, Infinity and -Infinity are spelled so. Throws where lengths differ.
 */
export function* csvLines(columns: readonly CsvColumn[]): Generator<string> {
  yield csvHeading(columns.map((column) => column.name));
  yield* csvRows(columns);
}

/** The heading's line. */
export function csvHeading(names: readonly string[]): string {
  return csvLine(names);
}

/** The same without the heading, for what follows in the same file. */
export function* csvRows(columns: readonly CsvColumn[]): Generator<string> {
  const rows = columns[0]?.values.length ?? 0;
  const odd = columns.find((column) => column.values.length !== rows);
  if (odd !== undefined)
    throw new RangeError(`column ${odd.name} has ${odd.values.length} rows, not ${rows}`);
  for (let row = 0; row < rows; row++) yield csvLine(columns.map((column) => column.values[row]!));
}

/** Writes columns as a whole CSV file. Throws RunError: "exists" without `force`, "full", … */
export function exportCsv(
  path: string,
  columns: readonly CsvColumn[],
  options: { force?: boolean } = {},
): void {
  writeWholeFile(path, csvLines(columns), options);
}

function csvLine(cells: readonly (number | string)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(cell: number | string): string {
  if (typeof cell === "number") return Object.is(cell, -0) ? "-0" : String(cell);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
