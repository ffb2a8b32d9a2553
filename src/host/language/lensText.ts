import type { EvaluationView } from "../../protocol/views.ts";
import { formatNumber } from "./nodeMarkdown.ts";

/** What an evaluation came to, on one line: value, verdict, and its gradient against the trainer's. */
export function outcomeText(outcome: EvaluationView): string {
  if (!outcome.ok) {
    const first = outcome.diagnostics.find(({ severity }) => severity === "error");
    return first?.message ?? "the loss cannot be evaluated";
  }
  const { loss, comparison } = outcome;
  const { ratio, cosine } = comparison.total;
  const gradient = `gradient ${formatNumber(ratio)}× the trainer's, cosine ${formatNumber(cosine)}`;
  return [`loss ${formatNumber(loss.value)}`, loss.verdict.sentence, gradient].join(" · ");
}
