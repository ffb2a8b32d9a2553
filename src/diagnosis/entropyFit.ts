import { conditionNumber } from "./condition.ts";
import type { CategoricalFingerprintInput, Fingerprint, FingerprintInput } from "./fingerprint.ts";
import { type CandidateWeights, type Match, matchTolerance } from "./match.ts";

/** A weight and an entropy bonus read together from what the projection on π − e_a gave: p_t = κ·w_t + β·h_t. */
export interface EntropyFit {
  readonly match: Match;
  readonly beta: number;
  /** Of the columns w and h. */
  readonly condition: number;
  /** [T], p_t − β·h_t: the weights without the entropy's share. */
  readonly weights: Float64Array;
}

/** Columns nearer to collinear than this leave β undecided. */
const largestCondition = 1e6;
/** Two unknowns need more steps than that to be tested. */
const fewestSteps = 4;

/**
 * With two actions an entropy term looks, step by step, like a weight. Fits a constant β across the steps together with
 * each known rule; undefined where no rule then explains the weights, or β cannot be told from the rule.
 */
export function fitEntropy(
  input: FingerprintInput,
  fingerprint: Fingerprint,
  candidates: readonly CandidateWeights[],
): EntropyFit | undefined {
  const isOpen = fingerprint.entropyInseparable && fingerprint.entropyWeights === undefined;
  if (input.gaussian || !isOpen || fingerprint.formResidual > matchTolerance || input.steps < fewestSteps)
    return undefined;
  const directions = entropyDirections(input);
  for (const candidate of candidates) {
    const fit = fitOne(fingerprint.weights, candidate, directions);
    if (fit) return fit;
  }
  return undefined;
}

/** h_t: the entropy's gradient at the logits, π(ln π + H), projected on π − e_a as the weights are. */
function entropyDirections({
  steps,
  actionCount,
  actions,
  probabilities,
}: CategoricalFingerprintInput): Float64Array {
  return Float64Array.from({ length: steps }, (_, t) => {
    const pi = Array.from({ length: actionCount }, (__, k) => probabilities[t * actionCount + k] as number);
    const entropy = -pi.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
    let dot = 0;
    let square = 0;
    for (const [k, p] of pi.entries()) {
      const direction = p - (k === actions[t] ? 1 : 0);
      dot += (p > 0 ? p * (Math.log(p) + entropy) : 0) * direction;
      square += direction * direction;
    }
    return dot / square;
  });
}

function fitOne(
  read: Float64Array,
  { rule, weights }: CandidateWeights,
  directions: Float64Array,
): EntropyFit | undefined {
  let [ww, hh, wh, pw, ph, pp] = [0, 0, 0, 0, 0, 0];
  for (let t = 0; t < read.length; t++) {
    const [p, w, h] = [read[t]!, weights[t]!, directions[t]!];
    if (Number.isNaN(p + h)) continue;
    ww += w * w;
    hh += h * h;
    wh += w * h;
    pw += p * w;
    ph += p * h;
    pp += p * p;
  }
  const determinant = ww * hh - wh * wh;
  const condition = conditionNumber(weights, directions);
  if (!(determinant > 0) || condition > largestCondition || pp === 0) return undefined;
  const scale = (pw * hh - ph * wh) / determinant;
  const beta = (ph * ww - pw * wh) / determinant;
  let left = 0;
  for (let t = 0; t < read.length; t++) {
    const difference = read[t]! - scale * weights[t]! - beta * directions[t]!;
    if (!Number.isNaN(difference)) left += difference * difference;
  }
  const residual = Math.sqrt(left / pp);
  if (!(residual <= matchTolerance)) return undefined;
  return {
    match: { rule, scale, residual },
    beta,
    condition,
    weights: read.map((p, t) => p - beta * directions[t]!),
  };
}
