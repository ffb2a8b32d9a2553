import { addEntropyGradient, entropy, logProbability, softmax } from "../../rl/categorical.ts";
import type { CategoricalOutputs, GaussianOutputs, PolicyOutputs, UpdateEvidence } from "./evidence.ts";

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** What a policy's outputs say of T steps. */
export interface PolicyNumbers {
  /** [T], ln π(a_t|s_t), H_t, and ln π of the likeliest action (of the mean for a GaussianOutputs). */
  readonly logProbs: Float64Array;
  readonly entropies: Float64Array;
  readonly likeliest: Float64Array;
  /** [T × K], π, for a categorical policy. */
  readonly probabilities: Float64Array | undefined;
}

/** Recomputes log-probabilities and entropies from the recorded outputs of a policy. */
export function policyNumbers(policy: PolicyOutputs, steps: number): PolicyNumbers {
  return policy.kind === "categorical" ? categoricalNumbers(policy, steps) : gaussianNumbers(policy, steps);
}

function categoricalNumbers(policy: CategoricalOutputs, steps: number): PolicyNumbers {
  const { logits, actionCount, actions } = policy;
  const probabilities = new Float64Array(logits.length);
  const logProbs = new Float64Array(steps);
  const entropies = new Float64Array(steps);
  const likeliest = new Float64Array(steps);
  for (let t = 0; t < steps; t++) {
    const row = t * actionCount;
    const logSum = softmax(logits, row, actionCount, probabilities);
    const action = actions[t]!;
    const isAction = Number.isInteger(action) && action >= 0 && action < actionCount;
    logProbs[t] = isAction ? logProbability(logits, row, actionCount, logSum, action) : Number.NaN;
    entropies[t] = entropy(logits, probabilities, row, actionCount, logSum);
    likeliest[t] = -logSum;
  }
  return { logProbs, entropies, likeliest, probabilities };
}

function gaussianNumbers(policy: GaussianOutputs, steps: number): PolicyNumbers {
  const { dimensions, logSigma } = policy;
  const logProbs = gaussianLogProbs(policy, steps, (at) => logSigma[at]!);
  const entropies = new Float64Array(steps);
  const likeliest = new Float64Array(steps);
  for (let t = 0; t < steps; t++) {
    for (let d = 0; d < dimensions; d++) {
      const log = logSigma[t * dimensions + d]!;
      entropies[t]! += 0.5 + halfLogTwoPi + log;
      likeliest[t]! -= halfLogTwoPi + log;
    }
  }
  return { logProbs, entropies, likeliest, probabilities: undefined };
}

/** ln N(a; mu, σ²) summed over dimensions, with any ln σ and any action: [T]. */
export function gaussianLogProbs(
  { mu, dimensions, actions }: GaussianOutputs,
  steps: number,
  logSigmaAt: (at: number) => number,
  actionAt: (at: number) => number = (at) => actions[at]!,
): Float64Array {
  const result = new Float64Array(steps);
  for (let t = 0; t < steps; t++) {
    for (let d = 0; d < dimensions; d++) {
      const at = t * dimensions + d;
      const log = logSigmaAt(at);
      const distance = (actionAt(at) - mu[at]!) / Math.exp(log);
      result[t]! -= 0.5 * distance * distance + log + halfLogTwoPi;
    }
  }
  return result;
}

/** ∂H/∂z_k [T × K] of a categorical policy. */
export function entropyGradients(policy: CategoricalOutputs, probabilities: Float64Array): Float64Array {
  const { actionCount, logits } = policy;
  const gradient = new Float64Array(logits.length);
  for (let row = 0; row < logits.length; row += actionCount) {
    addEntropyGradient(logits, probabilities, row, actionCount, 1, gradient);
  }
  return gradient;
}

/** The numbers of policies' outputs, computed once. */
export class PolicyCache {
  readonly #numbers = new WeakMap<PolicyOutputs, PolicyNumbers>();

  /** Of the outputs that actions were drawn from. */
  of({ policy, steps }: UpdateEvidence): PolicyNumbers | undefined {
    return policy && this.ofOutputs(policy, steps);
  }

  /** Of the outputs that the update was computed from. */
  ofOwn({ ownPolicy, steps }: UpdateEvidence): PolicyNumbers | undefined {
    return ownPolicy && this.ofOutputs(ownPolicy, steps);
  }

  ofOutputs(outputs: PolicyOutputs, steps: number): PolicyNumbers {
    const known = this.#numbers.get(outputs);
    if (known) return known;
    const numbers = policyNumbers(outputs, steps);
    this.#numbers.set(outputs, numbers);
    return numbers;
  }
}
