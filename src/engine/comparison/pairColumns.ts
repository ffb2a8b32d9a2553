import type { RowRange, RowsView, SeriesView, SortOrder } from "../../protocol/engine.ts";
import { decimate } from "../inspection/decimate.ts";
import { orderRows, pickRows, rangeOf } from "../inspection/orderedRows.ts";
import { UserError } from "../userError.ts";
import type { LossPair } from "./lossPair.ts";

/** Rows of a pair's step table. Throws UserError for an unknown column. */
export function pairRows(pair: LossPair, { columns, start, end, order }: RowRange): RowsView {
  const { steps } = pair.inspector.frozen.batch;
  const range = rangeOf(steps, start, end);
  const rows = orderOf(pair, order).slice(range.start, range.end);
  const picked = columns.map((name) => [name, pickRows(columnOf(pair, name), rows)] as const);
  return { rows, columns: Object.fromEntries(picked) };
}

/** Columns over all steps, decimated by minimum and maximum. Throws UserError for an unknown column. */
export function pairSeries(pair: LossPair, columns: readonly string[], buckets: number): SeriesView {
  return Object.fromEntries(columns.map((name) => [name, decimate(columnOf(pair, name), buckets)] as const));
}

function orderOf(pair: LossPair, order: SortOrder | undefined): Float64Array {
  const { steps } = pair.inspector.frozen.batch;
  if (!order) return Float64Array.from({ length: steps }, (_, row) => row);
  return orderRows(columnOf(pair, order.column), order.descending);
}

function columnOf(pair: LossPair, name: string): Float64Array {
  const values = pair.column(name);
  if (values) return values;
  throw new UserError("unknown_column", `There is no column "${name}".`);
}
