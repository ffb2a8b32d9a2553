import { decimalsFor, formatExact, formatFixed } from "../format.ts";
import type { Extent } from "../state.ts";
import type { TableColumn } from "./layout.ts";
import type { PlacedRow } from "./pages.ts";

/** What cells need besides their number. */
export interface CellContext {
  readonly actionNames: readonly string[];
  readonly extents: Readonly<Record<string, Extent>>;
}

type CellWriter = (value: number, extent: Extent | undefined, context: CellContext) => string;

const writers: Readonly<Record<Exclude<TableColumn["kind"], "bars">, CellWriter>> = {
  integer: (value) => formatExact(value),
  number: (value, extent) => formatFixed(value, extent?.whole ? 0 : decimalsFor(extent?.largest)),
  percent: (value) => `${formatFixed(value * 100, 2)} %`,
  action: (value, _extent, context) => context.actionNames[value] ?? formatExact(value),
  flag: (value) => (value === 0 ? "" : "yes"),
};

/** The text of a cell that is not drawn as bars. */
export function cellText(column: TableColumn, row: PlacedRow, context: CellContext): string {
  const name = column.names[0]!;
  const value = row.page.columns[name]?.[row.index];
  if (value === undefined || column.kind === "bars") return "";
  return writers[column.kind](value, context.extents[name], context);
}

/** Lengths of a row's bars, −1 to 1, against the largest magnitude of the group. */
export function barLengths(column: TableColumn, row: PlacedRow, context: CellContext): readonly number[] {
  const largest = Math.max(0, ...column.names.map((name) => context.extents[name]?.largest ?? 0));
  return column.names.map((name) => {
    const value = row.page.columns[name]?.[row.index] ?? 0;
    const length = largest > 0 ? value / largest : 0;
    return Number.isFinite(length) ? Math.min(1, Math.max(-1, length)) : 0;
  });
}

/** The numbers behind a row's bars in words: "left −57.48, right 57.48". */
export function barsInWords(column: TableColumn, row: PlacedRow): string {
  return column.names
    .map(
      (name, k) => `${column.parts[k]} ${formatFixed(row.page.columns[name]?.[row.index] ?? Number.NaN, 4)}`,
    )
    .join(", ");
}
