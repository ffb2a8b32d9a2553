import type { EnvironmentRecord } from "../../environments/environment.ts";
import { type ActionSpace, clip, clippedActionWords, dimensionsOutside } from "../../environments/spaces.ts";
import { isOpaque } from "../../policies/heads.ts";
import type { CategoricalHeads, GaussianHeads } from "../../policies/policy.ts";
import type { StepView } from "../../protocol/views.ts";
import type { Batch } from "../../rl/batch.ts";
import type { BatchInspector } from "./batchInspector.ts";
import type { InspectedLoss } from "./inspectedLoss.ts";
import { crossEntropyView } from "./oneOutput.ts";
import type { OpenedUpdate } from "./openedUpdate.ts";
import { stateAt } from "./stateAt.ts";

const shownColumns = ["G", "gamma_t", "log_pi", "entropy", "weight", "size", "share"];

/** One step in full under a loss. */
export function stepView(opened: OpenedUpdate, loss: InspectedLoss, step: number): StepView {
  const { inspector, names, environment } = opened;
  const { batch } = inspector.frozen;
  const { observationSize } = batch;
  const value = (column: string) => inspector.column(loss, column)?.[step] ?? Number.NaN;
  const columns = [...shownColumns, ...loss.terms.columns.map(({ column }) => column)];
  return {
    step,
    episode: batch.episodes[step]!,
    time: batch.time[step]!,
    action: value("action"),
    reward: batch.rewards[step]!,
    observation: [...batch.observations.subarray(step * observationSize, (step + 1) * observationSize)],
    ...outputsView(inspector, loss, step, names.actionNames, environment),
    ...valueView(inspector, value),
    ...(environment && drawnStep(environment, batch, step)),
    crossEntropy: crossEntropyView(inspector, loss, step),
    values: Object.fromEntries(columns.map((column) => [column, value(column)])),
  };
}

/** The state before the action, where it can be told, and a picture of the step, where the environment has one. */
function drawnStep(
  environment: EnvironmentRecord,
  batch: Batch,
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

type OutputsView = Pick<StepView, "outputs" | "dimensions" | "gradientSum" | "sentence">;

/** An action that counted as less than it was is never passed over in silence. */
function withClipping(
  view: OutputsView,
  environment: EnvironmentRecord,
  batch: Batch,
  step: number,
): OutputsView {
  const width = batch.actions.length / batch.steps;
  const words = clippedActionWords(environment.create().actionSpace, batch.actions, step * width);
  return words === "" ? view : { ...view, sentence: `${view.sentence} The ${words}` };
}

function outputsView(
  inspector: BatchInspector,
  loss: InspectedLoss,
  step: number,
  actionNames: readonly string[],
  environment: EnvironmentRecord | undefined,
): OutputsView {
  const { heads, frozen } = inspector;
  if (isOpaque(heads)) return { outputs: [], gradientSum: 0, sentence: opaqueSentence(weightOf(loss, step)) };
  const view =
    heads.logits === undefined
      ? gaussianView(inspector, heads, loss, step, actionNames, environment)
      : categoricalView(inspector, heads, loss, step, actionNames);
  return environment === undefined ? view : withClipping(view, environment, frozen.batch, step);
}

const unknownSentence = "What this step's outputs got is not in the trace.";

function opaqueSentence(weight: number): string {
  const entered = Number.isNaN(weight) ? "" : ` ∇ln π entered the update with c = ${weight.toPrecision(5)}.`;
  return `What the policy put out is not in the trace: record logits, or mu and log_sigma, to see what every output gets.${entered}`;
}

function categoricalView(
  { frozen }: BatchInspector,
  { logits, probabilities }: CategoricalHeads,
  loss: InspectedLoss,
  step: number,
  actionNames: readonly string[],
): OutputsView {
  const { actionCount, actions } = frozen.batch;
  const outputs = actionNames.map((name, k) => ({
    name,
    logit: logits[step * actionCount + k]!,
    probability: probabilities[step * actionCount + k]!,
    taken: k === actions[step],
    gradient: loss.evaluation.gradient.logits![step * actionCount + k]!,
  }));
  return {
    outputs,
    gradientSum: outputs.reduce((sum, { gradient }) => sum + gradient, 0),
    sentence: categoricalSentence(outputs, weightOf(loss, step), loss),
  };
}

function gaussianView(
  { frozen }: BatchInspector,
  { mu, sigma }: GaussianHeads,
  loss: InspectedLoss,
  step: number,
  actionNames: readonly string[],
  environment: EnvironmentRecord | undefined,
): OutputsView {
  const { actionCount, actions } = frozen.batch;
  const { gradient } = loss.evaluation;
  const actionSpace = environment?.create().actionSpace;
  const outside = actionSpace ? dimensionsOutside(actionSpace, actions, step * actionCount) : [];
  const dimensions = actionNames.map((name, i) => {
    const at = step * actionCount + i;
    return {
      name,
      mean: mu[at]!,
      deviation: sigma[at]!,
      action: actions[at]!,
      ...(actionSpace && outside.includes(i) && { takenAs: boundedTo(actionSpace, i, actions[at]!) }),
      meanGradient: gradient.mu![at]!,
      deviationGradient: gradient.logSigma![at]! / sigma[at]!,
    };
  });
  const isUnknown = dimensions.every(({ meanGradient }) => Number.isNaN(meanGradient));
  const sentence = isUnknown ? unknownSentence : gaussianSentence(weightOf(loss, step), hasEntropyTerm(loss));
  return { outputs: [], dimensions, gradientSum: 0, sentence };
}

function boundedTo(space: ActionSpace, i: number, action: number): number {
  return space.kind === "box" ? clip(action, space.low[i]!, space.high[i]!) : action;
}

function valueView({ heads }: BatchInspector, value: (column: string) => number): Pick<StepView, "value"> {
  if (heads.values === undefined) return {};
  return {
    value: { estimate: value("V"), next: value("V_next"), delta: value("delta"), gradient: value("dV") },
  };
}

function weightOf(loss: InspectedLoss, step: number): number {
  return loss.verdict.fingerprint.weights[step]!;
}

/** Five digits, with a sign that no dash beside it can be taken for; −0 is 0. */
function weightText(weight: number): string {
  return (weight === 0 ? 0 : weight).toPrecision(5).replaceAll("-", "−");
}

function hasEntropyTerm(loss: InspectedLoss): boolean {
  return loss.verdict.fingerprint.entropyWeights !== undefined;
}

function categoricalSentence(outputs: StepView["outputs"], weight: number, loss: InspectedLoss): string {
  if (outputs.every(({ gradient }) => Number.isNaN(gradient))) return unknownSentence;
  const taken = outputs.find((output) => output.taken);
  const entropy = hasEntropyTerm(loss) ? " (plus the entropy term)" : "";
  const c = weight < 0 ? `(${weightText(weight)})` : weightText(weight);
  const pi = (taken?.probability ?? Number.NaN).toPrecision(4);
  return `Every output gets a gradient: the taken one −c(1−π) = −${c}·(1−${pi}), the others +c·π${entropy}. They sum to 0.`;
}

function gaussianSentence(weight: number, hasEntropy: boolean): string {
  const entropy = hasEntropy ? " (plus the entropy term)" : "";
  return `With ε = (a − μ)/σ, μ gets −c·ε/σ and σ gets −c·(ε² − 1)/σ${entropy}, c = ${weightText(weight)}: μ moves towards an action that paid, and σ grows where the action lay more than σ away.`;
}
