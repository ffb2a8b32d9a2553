import { addEntropyGradient, addLogProbabilityGradient } from "../rl/categorical.ts";
import type { CategoricalHeads } from "./policy.ts";

/** ∂L/∂ of what a loss can name of a categorical action distribution; an absent one is 0. */
export interface CategoricalAdjoints {
  /** ∂L/∂ln π(a_t|s_t), [T]. */
  readonly logProbabilities?: Float64Array;
  /** ∂L/∂H_t, [T]. */
  readonly entropies?: Float64Array;
  /** ∂L/∂z_tk where the loss names the logits themselves, [T × K]. */
  readonly logits?: Float64Array;
  /** ∂L/∂π_tk, [T × K]. */
  readonly probabilities?: Float64Array;
}

/**
 * The whole ∂L/∂z [T × K]: every head's adjoint chained through the softmax,
 * z̄_k = z̄_k + l̄·([k = a] − π_k) + H̄·∂H/∂z_k + π_k (π̄_k − Σ_j π̄_j π_j). Written to `out` where given.
 */
export function logitsGradient(
  heads: CategoricalHeads,
  actions: Float64Array,
  actionCount: number,
  adjoints: CategoricalAdjoints,
  out = new Float64Array(actions.length * actionCount),
): Float64Array {
  const { logits, probabilities } = heads;
  const direct = adjoints.logits;
  if (direct === undefined) out.fill(0);
  else out.set(direct);
  for (let t = 0; t < actions.length; t++) {
    const row = t * actionCount;
    const policy = adjoints.logProbabilities === undefined ? 0 : adjoints.logProbabilities[t]!;
    const entropy = adjoints.entropies === undefined ? 0 : adjoints.entropies[t]!;
    if (policy !== 0) addLogProbabilityGradient(probabilities, row, actionCount, actions[t]!, policy, out);
    if (entropy !== 0) addEntropyGradient(logits, probabilities, row, actionCount, entropy, out);
    if (adjoints.probabilities !== undefined) {
      addProbabilityGradient(probabilities, adjoints.probabilities, row, actionCount, out);
    }
  }
  return out;
}

function addProbabilityGradient(
  probabilities: Float64Array,
  adjoints: Float64Array,
  row: number,
  count: number,
  out: Float64Array,
): void {
  let mean = 0;
  for (let k = row; k < row + count; k++) mean += adjoints[k]! * probabilities[k]!;
  for (let k = row; k < row + count; k++) out[k]! += probabilities[k]! * (adjoints[k]! - mean);
}
