import type { GaussianReadings, WeightReading } from "./weightReading.ts";

/** ∂L/∂μ and ∂L/∂ln σ, [T × d] each. */
export interface GaussianDerivative {
  readonly mu: ArrayLike<number>;
  readonly logSigma: ArrayLike<number>;
}

/** A Gaussian policy's outputs on one update, and the loss's derivatives there. */
export interface GaussianOutputs extends GaussianDerivative {
  /** d. */
  readonly dimensions: number;
  /** [T × d]. */
  readonly actions: ArrayLike<number>;
  /** The whole derivative. */
  readonly gradient: GaussianDerivative;
  /** The part of it that came through μ or σ by name, not through log_pi or entropy. */
  readonly direct: GaussianDerivative | undefined;
}

const vanishing = 1e-12;

/**
 * Reads c_t of a Gaussian policy. With ε = (a − μ)/σ the score is ε for μ/σ and ε² − 1 for ln σ, so
 * ∂L/∂(μ/σ) = −c·ε and ∂L/∂ln σ = −c·(ε² − 1) − β: two readings of one c. What entered by name is exact in `weights`;
 * what came through μ or σ is projected on the stacked score and added, its rest is the test of form.
 */
export function readGaussian(
  outputs: GaussianOutputs,
  weights: Float64Array,
  entropyWeights: Float64Array | undefined,
): WeightReading {
  const { direct, gradient } = outputs;
  const readings = twoReadings(outputs, weights.length, entropyWeights);
  const base = { readings, entropyInseparable: false } as const;
  if (direct === undefined) return { ...base, weights, reading: "exact", formResidual: 0 };
  let left = 0;
  let total = 0;
  for (let t = 0; t < weights.length; t++) {
    const score = scoreOf(outputs, t);
    const part = scaled(outputs, direct, t);
    const c = -dot(part, score) / dot(score, score);
    weights[t]! += c;
    for (const [i, value] of part.entries()) left += (value + c * score[i]!) ** 2;
    total += square(scaled(outputs, gradient, t));
  }
  return { ...base, weights, reading: "projected", formResidual: total === 0 ? 0 : Math.sqrt(left / total) };
}

/** c_t from the whole ∂L/∂μ alone, and from ∂L/∂ln σ without the entropy's part. */
function twoReadings(
  outputs: GaussianOutputs,
  steps: number,
  entropyWeights: Float64Array | undefined,
): GaussianReadings {
  const { dimensions, gradient } = outputs;
  const readings = { mu: new Float64Array(steps), sigma: new Float64Array(steps) };
  for (let t = 0; t < steps; t++) {
    const score = scoreOf(outputs, t);
    const whole = scaled(outputs, gradient, t);
    const beta = entropyWeights?.[t] ?? 0;
    const bySigma = whole.slice(dimensions).map((value) => value + beta);
    readings.mu[t] = ratio(whole.slice(0, dimensions), score.slice(0, dimensions));
    readings.sigma[t] = ratio(bySigma, score.slice(dimensions));
  }
  return readings;
}

/** ε of every dimension, then ε² − 1 of every dimension: ∂ln π/∂(μ/σ) and ∂ln π/∂ln σ. */
function scoreOf({ dimensions, actions, mu, logSigma }: GaussianOutputs, t: number): Float64Array {
  const score = new Float64Array(2 * dimensions);
  for (let i = 0; i < dimensions; i++) {
    const at = t * dimensions + i;
    const epsilon = ((actions[at] as number) - (mu[at] as number)) * Math.exp(-(logSigma[at] as number));
    score[i] = epsilon;
    score[dimensions + i] = epsilon * epsilon - 1;
  }
  return score;
}

/** A derivative at step t in the same coordinates: σ·∂L/∂μ, then ∂L/∂ln σ. */
function scaled(outputs: GaussianOutputs, derivative: GaussianDerivative, t: number): Float64Array {
  const { dimensions, logSigma } = outputs;
  const row = new Float64Array(2 * dimensions);
  for (let i = 0; i < dimensions; i++) {
    const at = t * dimensions + i;
    row[i] = (derivative.mu[at] as number) * Math.exp(logSigma[at] as number);
    row[dimensions + i] = derivative.logSigma[at] as number;
  }
  return row;
}

function ratio(gradient: Float64Array, score: Float64Array): number {
  const size = square(score);
  return size < vanishing * vanishing ? Number.NaN : -dot(gradient, score) / size;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function square(a: Float64Array): number {
  return dot(a, a);
}
