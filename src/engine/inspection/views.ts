import type { EvaluationView, LossView, UpdateView, VerdictView } from "../../protocol/views.ts";
import { countEpisodes } from "../lossInputs.ts";
import type { BatchInspector } from "./batchInspector.ts";
import type { InspectedLoss } from "./inspectedLoss.ts";
import { compareGradients, describeLayers } from "./layers.ts";
import type { Names } from "./names.ts";
import { ratioView } from "./ratioView.ts";
import { batchRemarks } from "./remarks.ts";
import { ruleViews } from "./ruleViews.ts";
import { verdictFixes } from "./verdictFixes.ts";

/** A loss on the inspector's batch as the panel and the command line show it. */
export function lossView(inspector: BatchInspector, loss: InspectedLoss, names: Names): LossView {
  const { terms } = loss;
  const ratio = ratioView(inspector, loss);
  return {
    text: loss.text,
    value: loss.evaluation.value,
    terms: terms.columns.map(({ column, text, sum }) => ({ column, text, sum })),
    rest: terms.rest,
    notSeparable: terms.notSeparable ?? null,
    verdict: verdictView(inspector, loss),
    layers: describeLayers(inspector.parameters, loss.gradient.gradient),
    gradientNorm: loss.gradientNorm,
    columns: inspector.columnViews(loss, names),
    ...(ratio && { ratio }),
  };
}

export function verdictView(inspector: BatchInspector, loss: InspectedLoss): VerdictView {
  const { verdict } = loss;
  return {
    kind: verdict.kind,
    sentence: verdict.sentence,
    candidate: verdict.finding ?? verdict.match?.rule.id ?? null,
    scale: verdict.match?.scale ?? null,
    residual: verdict.match?.residual ?? null,
    undecided: verdict.undecided,
    explanation: verdict.explanation,
    rule: verdict.rule,
    ...ruleViews(loss, verdict.rule, inspector.frozen.specification),
    fixes: verdictFixes(loss.text, verdict),
  };
}

export interface UpdateFacts {
  readonly run: string;
  readonly how: UpdateView["recomputed"];
  readonly instead?: string | undefined;
  readonly kept: boolean;
  readonly pinned: boolean;
  readonly trace?: UpdateView["trace"];
}

export function updateView(inspector: BatchInspector, names: Names, facts: UpdateFacts): UpdateView {
  const { batch, update, gamma } = inspector.frozen;
  const remarks = batchRemarks(inspector);
  return {
    run: facts.run,
    update,
    steps: batch.steps,
    episodes: countEpisodes(batch),
    episodeReturn: lastEpisodeReturn(inspector),
    ...names,
    recomputed: facts.how,
    ...(facts.instead !== undefined && { instead: facts.instead }),
    kept: facts.kept,
    pinned: facts.pinned,
    gamma,
    ...(remarks.length > 0 && { remarks }),
    loss: lossView(inspector, inspector.trainer, names),
    ...(facts.trace && { trace: facts.trace }),
  };
}

function lastEpisodeReturn({ frozen: { batch } }: BatchInspector): number {
  let sum = 0;
  for (let t = batch.steps - 1; t >= 0; t--) {
    sum += batch.rewards[t]!;
    if (batch.time[t] === 0) break;
  }
  return sum;
}

/** The edited loss beside the trainer's own. */
export function comparisonView(
  inspector: BatchInspector,
  edited: InspectedLoss,
): Extract<EvaluationView, { ok: true }>["comparison"] {
  return compareGradients(
    inspector.parameters,
    inspector.trainer.gradient.gradient,
    edited.gradient.gradient,
  );
}
