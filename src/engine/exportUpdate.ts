import { type CsvColumn, exportCsv } from "../runs/exportCsv.ts";
import { exportTrace, type TraceHeader, type TraceUpdate } from "../runs/exportTrace.ts";
import { columnViews } from "./inspection/columns.ts";
import type { OpenedReference } from "./runBook.ts";

/** Writes an opened update's step table as CSV, or its batch and update as a trace. Returns how many steps. */
export function exportUpdate(
  opened: OpenedReference,
  to: "csv" | "pgtrace",
  path: string,
  force = false,
): { path: string; rows: number } {
  if (to === "csv") exportCsv(path, csvColumns(opened), { force });
  else exportTrace(path, traceHeader(opened), [traceUpdate(opened)], { force });
  return { path, rows: opened.inspector.frozen.batch.steps };
}

function csvColumns({ inspector, names }: OpenedReference): CsvColumn[] {
  const loss = inspector.trainer;
  const hasEntropyWeight = loss.verdict.fingerprint.entropyWeights !== undefined;
  return columnViews(names.actionNames, loss.terms.columns, names.observationNames, hasEntropyWeight).map(
    ({ name }) => ({ name, values: inspector.column(loss, name) ?? [] }),
  );
}

function traceHeader({ inspector, run }: OpenedReference): TraceHeader {
  const { frozen } = inspector;
  return {
    environment: run.resolved.environment.id,
    gamma: frozen.gamma,
    actionSpace: { type: "discrete", n: frozen.specification.actionCount },
    framework: "policy-gradient-inspector",
  };
}

function traceUpdate({ inspector }: OpenedReference): TraceUpdate {
  const { frozen, heads, trainer } = inspector;
  const { entropy } = trainer.verdict;
  return {
    ...frozen.batch,
    update: frozen.update,
    gamma: frozen.gamma,
    logits: heads.logits,
    logProbs: heads.logProbabilities,
    entropies: heads.entropies,
    loss: trainer.evaluation.value,
    coef: trainer.verdict.fingerprint.weights.map((weight) => -weight),
    entropyCoef: entropy?.constant ? -entropy.beta : undefined,
    gradNorm: trainer.gradientNorm,
    logitsGrad: trainer.evaluation.logitsGradient,
  };
}
