import type { EnvironmentRecord } from "../../environments/environment.ts";
import type { EvaluationView, LossView, StepView, UpdateView, VerdictView } from "../../protocol/views.ts";
import { countEpisodes } from "../lossInputs.ts";
import { columnViews } from "./columns.ts";
import type { InspectedLoss, Inspector } from "./inspector.ts";
import { compareGradients, describeLayers } from "./layers.ts";
import { ruleParts } from "./ruleParts.ts";
import { stateAt } from "./stateAt.ts";
import { verdictFixes } from "./verdictFixes.ts";

export interface Names {
  readonly actionNames: readonly string[];
  readonly observationNames: readonly string[];
}

export function namesOf(environment: EnvironmentRecord): Names {
  const { actionSpace, observationSpace } = environment.create();
  return { actionNames: actionSpace.names, observationNames: observationSpace.names };
}

/** A loss on the inspector's batch as the panel and the command line show it. */
export function lossView(inspector: Inspector, loss: InspectedLoss, names: Names): LossView {
  const { terms } = loss;
  return {
    text: loss.text,
    value: loss.evaluation.value,
    terms: terms.columns.map(({ column, text, sum }) => ({ column, text, sum })),
    rest: terms.rest,
    notSeparable: terms.notSeparable ?? null,
    verdict: verdictView(loss),
    layers: describeLayers(inspector.backend.parameters, loss.gradient.gradient),
    gradientNorm: loss.gradientNorm,
    columns: columnViews(
      names.actionNames,
      terms.columns,
      names.observationNames,
      loss.verdict.fingerprint.entropyWeights !== undefined,
    ),
  };
}

export function verdictView(loss: InspectedLoss): VerdictView {
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
    ruleParts: ruleParts(verdict.rule),
    fixes: verdictFixes(loss.text, verdict),
  };
}

export interface UpdateFacts {
  readonly run: string;
  readonly how: UpdateView["recomputed"];
  readonly kept: boolean;
  readonly pinned: boolean;
}

export function updateView(inspector: Inspector, names: Names, facts: UpdateFacts): UpdateView {
  const { batch, update, gamma } = inspector.frozen;
  return {
    run: facts.run,
    update,
    steps: batch.steps,
    episodes: countEpisodes(batch),
    episodeReturn: lastEpisodeReturn(inspector),
    ...names,
    recomputed: facts.how,
    kept: facts.kept,
    pinned: facts.pinned,
    gamma,
    loss: lossView(inspector, inspector.trainer, names),
  };
}

function lastEpisodeReturn({ frozen: { batch } }: Inspector): number {
  let sum = 0;
  for (let t = batch.steps - 1; t >= 0; t--) {
    sum += batch.rewards[t]!;
    if (batch.time[t] === 0) break;
  }
  return sum;
}

/** The edited loss beside the trainer's own. */
export function comparisonView(
  inspector: Inspector,
  edited: InspectedLoss,
): Extract<EvaluationView, { ok: true }>["comparison"] {
  return compareGradients(
    inspector.backend.parameters,
    inspector.trainer.gradient.gradient,
    edited.gradient.gradient,
  );
}

/** One step in full under a loss. */
export function stepView(
  inspector: Inspector,
  loss: InspectedLoss,
  step: number,
  names: Names,
  environment: EnvironmentRecord,
): StepView {
  const { batch } = inspector.frozen;
  const { actionCount, observationSize } = batch;
  const action = batch.actions[step]!;
  const outputs = names.actionNames.map((name, k) => ({
    name,
    logit: inspector.heads.logits[step * actionCount + k]!,
    probability: inspector.heads.probabilities[step * actionCount + k]!,
    taken: k === action,
    gradient: loss.evaluation.logitsGradient[step * actionCount + k]!,
  }));
  const value = (column: string) => inspector.column(loss, column)?.[step] ?? Number.NaN;
  const columns = [
    "G",
    "gamma_t",
    "log_pi",
    "entropy",
    "weight",
    "size",
    "share",
    ...loss.terms.columns.map(({ column }) => column),
  ];
  return {
    step,
    episode: batch.episodes[step]!,
    time: batch.time[step]!,
    action,
    reward: batch.rewards[step]!,
    observation: [...batch.observations.subarray(step * observationSize, (step + 1) * observationSize)],
    outputs,
    ...drawnStep(environment, inspector, step),
    gradientSum: outputs.reduce((sum, { gradient }) => sum + gradient, 0),
    values: Object.fromEntries(columns.map((column) => [column, value(column)])),
    sentence: stepSentence(outputs, value("weight"), loss),
  };
}

/** The state before the action, where it can be told, and a picture of the step, where the environment has one. */
function drawnStep(
  environment: EnvironmentRecord,
  { frozen: { batch } }: Inspector,
  step: number,
): Pick<StepView, "state" | "scene"> {
  const state = stateAt(environment, batch, step);
  const { observationSize } = batch;
  const observation = batch.observations.subarray(step * observationSize, (step + 1) * observationSize);
  const width = batch.actions.length / batch.steps;
  const action = Array.from(batch.actions.subarray(step * width, (step + 1) * width));
  const scene = environment.draw?.({ observation, state, action });
  return { ...(state && { state }), ...(scene && { scene }) };
}

function stepSentence(outputs: StepView["outputs"], weight: number, loss: InspectedLoss): string {
  const taken = outputs.find((output) => output.taken);
  const hasEntropy = loss.verdict.fingerprint.entropyWeights !== undefined;
  const entropy = hasEntropy ? " (plus the entropy term)" : "";
  const c = weight.toPrecision(5);
  const pi = (taken?.probability ?? Number.NaN).toPrecision(4);
  return `Every output gets a gradient: the taken one −c(1−π) = −${c}·(1−${pi}), the others +c·π${entropy}. They sum to 0.`;
}
