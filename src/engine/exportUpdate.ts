import { exportCsv } from "../runs/exportCsv.ts";
import { exportTrace } from "../runs/exportTrace.ts";
import type { OpenedReference } from "./runBook.ts";
import { columnViews } from "./inspection/columns.ts";

/** Writes an opened update's step table as CSV, or its batch and update as a trace. Returns how many steps. */
export function exportUpdate(opened: OpenedReference, to: "csv" | "pgtrace", path: string): { path: string; rows: number } {
  const { inspector } = opened;
  if (to === "csv") exportCsv(path, csvColumns(opened));
  else exportTrace(path, traceHeader(opened), [traceUpdate(opened)]);
  return { path, rows: inspector.frozen.batch.steps };
}
