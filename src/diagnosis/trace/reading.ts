import type { CategoricalOutputs, GaussianOutputs, UpdateEvidence } from "./evidence.ts";
import { entropyGradients, type PolicyNumbers } from "./policy.ts";

/** The weights c_t with which ∇ln π_t entered an update, and how they were read. */
export interface Reading {
  readonly from: "per-step weights" | "gradient at the logits" | "gradient at the mean";
  /** [T], c_t = −∂L/∂ln π_t. */
  readonly weights: Float64Array;
  /**
   * [T], what one unit of entropy bonus adds to `weights`, where the two cannot be told apart step by step
   * (two actions, gradient at the logits, unknown entropy weight).
   */
  readonly entropyDirection: Float64Array | undefined;
  /** [T], β_t of a bonus, where it can be read. */
  readonly entropyWeights: Float64Array | undefined;
  /** What the form leaves of the gradient at the outputs, relative to it. */
  readonly formResidual: number;
}

/**
 * Reads an update's weights from its strongest evidence; undefined where it holds no gradient. Gradients at the outputs
 * say nothing of ln π where that was computed from other outputs (`trustsOutputs` false).
 */
export function readWeights(
  update: UpdateEvidence,
  numbers: PolicyNumbers | undefined,
  trustsOutputs: boolean,
): Reading | undefined {
  const { coef } = update;
  const outputs = trustsOutputs ? readOutputs(update, numbers) : undefined;
  if (!coef) return outputs;
  const weights = coef.map((value) => -value);
  const entropyWeights = update.entropyCoef?.map((value) => -value);
  const exact = {
    from: "per-step weights",
    weights,
    entropyDirection: undefined,
    entropyWeights: entropyWeights ?? outputs?.entropyWeights,
    formResidual: outputs?.formResidual ?? 0,
  } as const;
  // Gradients at the outputs are what reaches the parameters: where they contradict, they are believed.
  return outputs && contradicts(outputs, weights) ? outputs : exact;
}

function contradicts(outputs: Reading, weights: Float64Array): boolean {
  if (outputs.entropyDirection || outputs.formResidual > 1e-2) return false;
  if (outputs.weights.every((weight) => weight === 0 || Number.isNaN(weight))) return false;
  let left = 0;
  let total = 0;
  weights.forEach((weight, t) => {
    const read = outputs.weights[t]!;
    if (Number.isNaN(read)) return;
    left += (weight - read) ** 2;
    total += weight * weight;
  });
  return total > 0 && left > 1e-4 * total;
}

function readOutputs(update: UpdateEvidence, numbers: PolicyNumbers | undefined): Reading | undefined {
  const { ownPolicy: policy, logitsGrad, muGrad } = update;
  if (!policy || !numbers) return undefined;
  if (policy.kind === "categorical" && logitsGrad?.length === policy.logits.length) {
    return readLogits(update, numbers, policy, logitsGrad);
  }
  if (policy.kind === "gaussian" && muGrad?.length === policy.mu.length) {
    return readMean(update, policy, muGrad);
  }
  return undefined;
}

function readLogits(
  update: UpdateEvidence,
  numbers: PolicyNumbers,
  policy: CategoricalOutputs,
  logitsGrad: Float64Array,
): Reading {
  const { steps, entropyCoef } = update;
  const probabilities = numbers.probabilities!;
  const entropyGradient = entropyGradients(policy, probabilities);
  const weights = new Float64Array(steps);
  const isKnown = entropyCoef !== undefined;
  const betas = new Float64Array(steps);
  const direction = new Float64Array(steps);
  let left = 0;
  let total = 0;
  for (let t = 0; t < steps; t++) {
    const row = rowOf(policy, probabilities, logitsGrad, entropyGradient, t, entropyCoef?.[t] ?? 0);
    const solved = solveRow(row, isKnown || policy.actionCount === 2);
    weights[t] = solved.weight;
    betas[t] = isKnown ? -entropyCoef[t]! : solved.beta;
    direction[t] = row.score2 > 0 ? row.cross / row.score2 : 0;
    left += solved.left;
    total += row.whole;
  }
  const isInseparable = !isKnown && policy.actionCount === 2;
  return {
    from: "gradient at the logits",
    weights,
    entropyDirection: isInseparable ? direction : undefined,
    entropyWeights: isInseparable ? undefined : betas,
    formResidual: total === 0 ? 0 : Math.sqrt(left / total),
  };
}

interface Row {
  /** Products of score s = e_a − π, entropy gradient h and g = −∂L/∂z (without the known entropy part). */
  readonly score2: number;
  readonly entropy2: number;
  readonly cross: number;
  readonly scoreG: number;
  readonly entropyG: number;
  readonly g2: number;
  readonly whole: number;
}

function rowOf(
  policy: CategoricalOutputs,
  probabilities: Float64Array,
  logitsGrad: Float64Array,
  entropyGradient: Float64Array,
  t: number,
  entropyCoef: number,
): Row {
  const sums = { score2: 0, entropy2: 0, cross: 0, scoreG: 0, entropyG: 0, g2: 0, whole: 0 };
  for (let k = 0; k < policy.actionCount; k++) {
    const at = t * policy.actionCount + k;
    const score = (k === policy.actions[t] ? 1 : 0) - probabilities[at]!;
    const h = entropyGradient[at]!;
    const g = -logitsGrad[at]! + entropyCoef * h;
    sums.score2 += score * score;
    sums.entropy2 += h * h;
    sums.cross += score * h;
    sums.scoreG += score * g;
    sums.entropyG += h * g;
    sums.g2 += g * g;
    sums.whole += logitsGrad[at]! ** 2;
  }
  return sums;
}

/** Least squares for g ≈ c·s (+ β·h); NaN where the step is too certain to read. */
function solveRow(row: Row, onlyScore: boolean): { weight: number; beta: number; left: number } {
  const { score2, entropy2, cross, scoreG, entropyG, g2 } = row;
  if (score2 < 1e-24) return { weight: Number.NaN, beta: Number.NaN, left: 0 };
  const determinant = score2 * entropy2 - cross * cross;
  if (onlyScore || determinant <= 1e-12 * score2 * entropy2) {
    const weight = scoreG / score2;
    return { weight, beta: onlyScore ? 0 : Number.NaN, left: Math.max(0, g2 - weight * scoreG) };
  }
  const weight = (scoreG * entropy2 - entropyG * cross) / determinant;
  const beta = (score2 * entropyG - cross * scoreG) / determinant;
  return { weight, beta, left: Math.max(0, g2 - weight * scoreG - beta * entropyG) };
}

/** ∂L/∂mu = −c(a − mu)/σ², to which entropy adds nothing; ∂L/∂ln σ = −c(ε² − 1) − β. */
function readMean(update: UpdateEvidence, policy: GaussianOutputs, muGrad: Float64Array): Reading {
  const { steps, logSigmaGrad } = update;
  const { dimensions } = policy;
  const weights = new Float64Array(steps);
  const hasSigma = logSigmaGrad?.length === muGrad.length;
  const betas = hasSigma ? new Float64Array(steps) : undefined;
  let left = 0;
  let total = 0;
  for (let t = 0; t < steps; t++) {
    let dot = 0;
    let square = 0;
    for (let d = 0; d < dimensions; d++) {
      const at = t * dimensions + d;
      const score = (policy.actions[at]! - policy.mu[at]!) * Math.exp(-2 * policy.logSigma[at]!);
      dot -= muGrad[at]! * score;
      square += score * score;
    }
    const weight = square > 1e-24 ? dot / square : Number.NaN;
    weights[t] = weight;
    for (let d = 0; d < dimensions; d++) {
      const at = t * dimensions + d;
      const score = (policy.actions[at]! - policy.mu[at]!) * Math.exp(-2 * policy.logSigma[at]!);
      if (!Number.isNaN(weight)) left += (muGrad[at]! + weight * score) ** 2;
      total += muGrad[at]! ** 2;
      if (betas) betas[t]! -= (logSigmaGrad![at]! + weight * sigmaScore(policy, at)) / dimensions;
    }
  }
  return {
    from: "gradient at the mean",
    weights,
    entropyDirection: undefined,
    entropyWeights: betas,
    formResidual: total === 0 ? 0 : Math.sqrt(left / total),
  };
}

/** ∂ln π/∂ln σ = ε² − 1. */
export function sigmaScore(policy: GaussianOutputs, at: number): number {
  const epsilon = (policy.actions[at]! - policy.mu[at]!) * Math.exp(-policy.logSigma[at]!);
  return epsilon * epsilon - 1;
}
