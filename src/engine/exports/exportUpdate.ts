import type { ExportFormat } from "../../protocol/engine.ts";
import { writeWholeFile } from "../../runs/createFile.ts";
import { type CsvColumn, exportCsv } from "../../runs/exportCsv.ts";
import { columnViews, tableShape } from "../inspection/columns.ts";
import type { OpenedReference } from "../runBook.ts";
import { updateScript } from "../script/updateScript.ts";
import { exportRun } from "./exportRun.ts";
import { RunTrace } from "./runTrace.ts";

/** What is written of an opened update of a run. */
type Exported = Pick<OpenedReference, "run" | "inspector" | "names">;

/**
 * Writes an opened update's step table as CSV, its batch and update as a trace, or all of it as a Python script that
 * makes it again. Returns how many steps.
 */
export async function exportUpdate(
  opened: Exported,
  to: ExportFormat,
  path: string,
  force = false,
): Promise<{ path: string; rows: number }> {
  const { inspector, run } = opened;
  if (to === "csv") exportCsv(path, csvColumns(opened), { force });
  else if (to === "pgtrace") await exportAsTrace(opened, path, force);
  else writeWholeFile(path, [updateScript(inspector, to, run.resolved.environment.id)], { force });
  return { path, rows: inspector.frozen.batch.steps };
}

function csvColumns({ inspector, names }: Exported): CsvColumn[] {
  const loss = inspector.trainer;
  return columnViews(tableShape(inspector, loss, names)).map(({ name }) => ({
    name,
    values: inspector.column(loss, name) ?? [],
  }));
}

/** A minibatch needs the whole batch before it, which only a replay has. */
async function exportAsTrace({ inspector, run }: Exported, path: string, force: boolean): Promise<void> {
  const { update, batch } = inspector.frozen;
  if (batch.rows) {
    await exportRun(run, { to: "pgtrace", from: update, until: update }, path, { force });
    return;
  }
  writeWholeFile(path, new RunTrace(run).lines({ inspector, whole: undefined }, true), { force });
}
