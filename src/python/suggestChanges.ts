import type { ScriptChange } from "./change.ts";
import {
  addZeroGrad,
  attachEntropy,
  attachLogProb,
  detachAdvantage,
  detachTarget,
  sampleWithoutGradient,
} from "./changes/gradients.ts";
import { dropSoftmax } from "./changes/outputs.ts";
import {
  addGammaPower,
  type ChangeContext,
  leastSurrogate,
  multiplyStepByStep,
  ownEntropy,
  sumDimensions,
  sumInsteadOfMean,
  takeLogarithm,
  turnRatio,
} from "./changes/products.ts";
import { bootstrapAfterLimit, sumFromTheEnd } from "./changes/returns.ts";
import { turnEntropyTerm, turnPolicyTerm } from "./changes/signs.ts";
import { TrainingScript } from "./meaning.ts";

type Suggest = (training: TrainingScript, context: ChangeContext) => readonly ScriptChange[];

/** How a finding is mended in a script, by its id. Adding one is one row here and one in the test's table. */
export const suggestions: Readonly<Record<string, Suggest>> = {
  wrong_sign: turnPolicyTerm,
  entropy_sign: turnEntropyTerm,
  mean_instead_of_sum: sumInsteadOfMean,
  missing_gamma_t: addGammaPower,
  undetached_advantage: detachAdvantage,
  undetached_target: detachTarget,
  detached_log_prob: attachLogProb,
  entropy_without_gradient: attachEntropy,
  missing_zero_grad: addZeroGrad,
  forward_returns: sumFromTheEnd,
  truncation_as_termination: bootstrapAfterLimit,
  softmax_twice: dropSoftmax,
  probability_instead_of_log: takeLogarithm,
  mean_log_prob_times_sum: multiplyStepByStep,
  dimensions_not_summed: sumDimensions,
  sampled_entropy: ownEntropy,
  undetached_action: sampleWithoutGradient,
  inverted_ratio: turnRatio,
  wrong_clip: leastSurrogate,
};

/**
 * Changes of a Python script that mend a finding, for a person to look at before they are made. `line` (from 1) is where
 * the update was recorded: nothing is suggested where no recorder stands there, or no known form of the mistake.
 */
export function suggestChanges(
  text: string,
  finding: string,
  line: number,
  context: ChangeContext,
): readonly ScriptChange[] {
  const suggest = Object.hasOwn(suggestions, finding) ? suggestions[finding] : undefined;
  if (!suggest) return [];
  const training = new TrainingScript(text, line);
  return training.update ? suggest(training, context) : [];
}
