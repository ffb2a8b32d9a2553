import type { ExportFormat } from "../protocol/engine.ts";
import { writeWholeFile } from "../runs/createFile.ts";
import { type CsvColumn, exportCsv } from "../runs/exportCsv.ts";
import { exportTrace, type TraceHeader, type TraceUpdate } from "../runs/exportTrace.ts";
import { columnViews, tableShape } from "./inspection/columns.ts";
import type { OpenedReference } from "./runBook.ts";
import { updateScript } from "./script/updateScript.ts";
import { UserError } from "./userError.ts";

type Exported = Pick<OpenedReference, "run" | "inspector" | "names">;

/**
 * Writes an opened update's step table as CSV, its batch and update as a trace, or all of it as a Python script that
 * makes it again. Returns how many steps.
 */
export function exportUpdate(
  opened: Exported,
  to: ExportFormat,
  path: string,
  force = false,
): { path: string; rows: number } {
  if (to === "csv") exportCsv(path, csvColumns(opened), { force });
  else if (to === "pgtrace") exportTrace(path, traceHeader(opened), [traceUpdate(opened)], { force });
  else {
    const { inspector, run } = opened;
    writeWholeFile(path, [updateScript(inspector, to, run.resolved.environment.id)], { force });
  }
  return { path, rows: opened.inspector.frozen.batch.steps };
}

function csvColumns({ inspector, names }: Exported): CsvColumn[] {
  const loss = inspector.trainer;
  return columnViews(tableShape(inspector, loss, names)).map(({ name }) => ({
    name,
    values: inspector.column(loss, name) ?? [],
  }));
}

function traceHeader({ inspector, run }: Exported): TraceHeader {
  const { frozen } = inspector;
  return {
    environment: run.resolved.environment.id,
    gamma: frozen.gamma,
    actionSpace:
      frozen.specification.gaussian === undefined
        ? { type: "discrete", n: frozen.specification.actionCount }
        : { type: "box", shape: [frozen.specification.actionCount] },
    framework: "policy-gradient-inspector",
  };
}

function traceUpdate({ inspector }: Exported): TraceUpdate {
  const { frozen, heads, trainer } = inspector;
  if (frozen.batch.rows) {
    throw new UserError(
      "unwritable",
      "The steps of a minibatch do not follow each other, and a trace's would.",
      "Export it as csv, pytorch or numpy.",
    );
  }
  const { entropy } = trainer.verdict;
  return {
    ...frozen.batch,
    update: frozen.update,
    gamma: frozen.gamma,
    logits: heads.logits,
    mu: heads.mu,
    logSigma: heads.logSigma,
    logProbs: heads.logProbabilities,
    entropies: heads.entropies,
    values: heads.values,
    finalValues: heads.finalValues,
    loss: trainer.evaluation.value,
    coef: trainer.verdict.fingerprint.weights.map((weight) => -weight),
    entropyCoef: entropy?.constant ? -entropy.beta : undefined,
    gradNorm: trainer.gradientNorm,
    logitsGrad: trainer.evaluation.gradient.logits,
    muGrad: trainer.evaluation.gradient.mu,
    logSigmaGrad: trainer.evaluation.gradient.logSigma,
    valueGrad: trainer.evaluation.gradient.values,
  };
}
