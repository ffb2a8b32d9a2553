/**
 * The categorical distribution over K logits, row by row. With m = max z, d_k = m − z_k ≥ 0 and
 * L = ln Σ_k e^{−d_k}, ln π_k = −d_k − L. L is `log1p` of the terms other than the maximum's, and
 * everything below is written as sums of terms of one sign, so that nothing cancels at extreme logits.
 * A logit of −Infinity is a masked action: its probability and its terms are 0.
 */

/**
 * Writes π [K] of the row of logits that starts at `offset` to the same place in `probabilities`.
 * @returns L = ln Σ_k e^{z_k − max z}, which `logProbability` and `entropy` take.
 */
export function softmax(
  logits: Float64Array,
  offset: number,
  count: number,
  probabilities: Float64Array,
): number {
  const best = argmax(logits, offset, count);
  const max = logits[best]!;
  // 0 for a finite maximum and NaN for ±Infinity, as in torch.
  let others = max - max;
  for (let k = offset; k < offset + count; k++) {
    if (k === best) continue;
    const weight = Math.exp(logits[k]! - max);
    probabilities[k] = weight;
    others += weight;
  }
  probabilities[best] = 1;
  const scale = 1 / (1 + others);
  for (let k = offset; k < offset + count; k++) probabilities[k]! *= scale;
  return Math.log1p(others);
}

/** ln π_a = z_a − max z − L for the row of logits at `offset`; `logSum` is what `softmax` returned. */
export function logProbability(
  logits: Float64Array,
  offset: number,
  count: number,
  logSum: number,
  action: number,
): number {
  return logits[offset + action]! - logits[argmax(logits, offset, count)]! - logSum;
}

/** H = −Σ_k π_k ln π_k = L + Σ_k π_k d_k, in nats, for the row at `offset`. */
export function entropy(
  logits: Float64Array,
  probabilities: Float64Array,
  offset: number,
  count: number,
  logSum: number,
): number {
  return logSum + meanDistance(logits, probabilities, offset, count);
}

/** Adds scale · ∂ln π_a/∂z_k = scale · ([k = a] − π_k), k = 0 … K−1, to the row at `offset` of `gradient`. */
export function addLogProbabilityGradient(
  probabilities: Float64Array,
  offset: number,
  count: number,
  action: number,
  scale: number,
  gradient: Float64Array,
): void {
  let others = 0;
  for (let k = 0; k < count; k++) {
    if (k === action) continue;
    const probability = probabilities[offset + k]!;
    others += probability;
    gradient[offset + k]! -= scale * probability;
  }
  // 1 − π_a, summed from the rest, or else π_a near 1 would leave nothing of it.
  gradient[offset + action]! += scale * others;
}

/** Adds scale · ∂H/∂z_k = scale · π_k (d_k − Σ_j π_j d_j) = −scale · π_k (ln π_k + H) to the row at `offset`. */
export function addEntropyGradient(
  logits: Float64Array,
  probabilities: Float64Array,
  offset: number,
  count: number,
  scale: number,
  gradient: Float64Array,
): void {
  const max = logits[argmax(logits, offset, count)]!;
  const mean = meanDistance(logits, probabilities, offset, count);
  for (let k = offset; k < offset + count; k++) {
    const probability = probabilities[k]!;
    if (probability !== 0) gradient[k]! += scale * probability * (max - logits[k]! - mean);
  }
}

/**
 * Draws an action by inverting the distribution function: the first a with u < π_0 + … + π_a.
 * Never an action of probability 0. @param uniform u in [0, 1).
 * @returns −1 where the probabilities are not numbers (the policy has diverged).
 */
export function sampleCategorical(
  probabilities: Float64Array,
  offset: number,
  count: number,
  uniform: number,
): number {
  let cumulative = 0;
  let last = -1;
  for (let k = 0; k < count; k++) {
    const probability = probabilities[offset + k]!;
    cumulative += probability;
    if (uniform < cumulative) return k;
    if (probability > 0) last = k;
  }
  return last;
}

/** The index (into the whole array) of the row's first greatest logit; a NaN in first place stays. */
function argmax(logits: Float64Array, offset: number, count: number): number {
  let best = offset;
  for (let k = offset + 1; k < offset + count; k++) if (logits[k]! > logits[best]!) best = k;
  return best;
}

/** Σ_k π_k d_k. */
function meanDistance(
  logits: Float64Array,
  probabilities: Float64Array,
  offset: number,
  count: number,
): number {
  const max = logits[argmax(logits, offset, count)]!;
  let mean = 0;
  for (let k = offset; k < offset + count; k++) {
    const probability = probabilities[k]!;
    if (probability !== 0) mean += probability * (max - logits[k]!);
  }
  return mean;
}
