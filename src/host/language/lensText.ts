import type { EvaluationView } from "../../protocol/views.ts";
import { formatNumber } from "./nodeMarkdown.ts";

/** What an evaluation came to: its value and verdict. */
export function outcomeText(outcome: EvaluationView): string {
  if (!outcome.ok) {
    const first = outcome.diagnostics.find(({ severity }) => severity === "error");
    return first?.message ?? "the loss cannot be evaluated";
  }
  return `loss ${formatNumber(outcome.loss.value)} · ${outcome.loss.verdict.sentence}`;
}

/** Its gradient against the trainer's; empty where it has none. */
export function gradientText(outcome: EvaluationView): string {
  if (!outcome.ok) return "";
  const { ratio, cosine } = outcome.comparison.total;
  return `gradient ${formatNumber(ratio)}× the trainer's, cosine ${formatNumber(cosine)}`;
}
