import { type GaussianOutputs, readGaussian } from "./gaussianFingerprint.ts";
import type { WeightReading } from "./weightReading.ts";

/** What a fingerprint is read from: one update's outputs and the loss's derivatives there. */
export type FingerprintInput = CategoricalFingerprintInput | GaussianFingerprintInput;

/** The adjoints of what a loss names of any policy. */
export interface NamedAdjoints {
  /** T. */
  readonly steps: number;
  /** [T], ∂L/∂ln π where the loss names log_pi. */
  readonly logPiAdjoint: ArrayLike<number> | undefined;
  /** [T], ∂L/∂H where the loss names entropy. */
  readonly entropyAdjoint: ArrayLike<number> | undefined;
}

export interface CategoricalFingerprintInput extends NamedAdjoints {
  readonly gaussian?: undefined;
  /** K. */
  readonly actionCount: number;
  /** [T], index of the action taken. */
  readonly actions: ArrayLike<number>;
  /** [T × K], π. */
  readonly probabilities: ArrayLike<number>;
  /** [T × K], ∂L/∂logits, whole. */
  readonly logitsGradient: ArrayLike<number>;
  /** [T × K], the part of ∂L/∂logits that came through logits or π by name, not through log_pi or entropy. */
  readonly directGradient: ArrayLike<number> | undefined;
}

export interface GaussianFingerprintInput extends NamedAdjoints {
  readonly gaussian: GaussianOutputs;
}

/** The weights with which ∇ln π_t and ∇H_t entered an update. */
export interface Fingerprint extends WeightReading {
  /** [T], β_t = −∂L/∂H_t, where the loss names entropy and gives it weight. */
  readonly entropyWeights: Float64Array | undefined;
}

const certain = 1e-12;

/**
 * Reads c_t and β_t of an update: from the adjoints of log_pi and entropy where the loss names them,
 * and for what enters through logits or π by projection, c_t = ⟨∂L/∂z_t, π_t − e_a⟩ / ‖π_t − e_a‖².
 */
export function readFingerprint(input: FingerprintInput): Fingerprint {
  const { steps, logPiAdjoint, entropyAdjoint } = input;
  const weights = new Float64Array(steps);
  if (logPiAdjoint) for (let t = 0; t < steps; t++) weights[t] = -(logPiAdjoint[t] as number);
  const isNamed = entropyAdjoint !== undefined && !isZero(entropyAdjoint);
  const entropyWeights = isNamed ? Float64Array.from(entropyAdjoint, (adjoint) => -adjoint) : undefined;
  if (input.gaussian) {
    return { entropyWeights, ...readGaussian(input.gaussian, weights, entropyWeights) };
  }
  const { directGradient } = input;
  if (!directGradient) {
    return { weights, entropyWeights, reading: "exact", formResidual: 0, entropyInseparable: false };
  }
  const formResidual = projectRows(input, directGradient, weights);
  return {
    weights,
    entropyWeights,
    reading: "projected",
    formResidual,
    entropyInseparable: input.actionCount === 2,
  };
}

function isZero(values: ArrayLike<number>): boolean {
  for (let t = 0; t < values.length; t++) if (values[t] !== 0) return false;
  return true;
}

/** Adds each row's projection to `weights`; returns the relative norm of what is left. */
function projectRows(
  input: CategoricalFingerprintInput,
  gradient: ArrayLike<number>,
  weights: Float64Array,
): number {
  const { steps, actionCount } = input;
  let left = 0;
  let total = 0;
  for (let t = 0; t < steps; t++) {
    const row = t * actionCount;
    const action = input.actions[t] as number;
    const projection = projectRow(input.probabilities, gradient, row, actionCount, action);
    weights[t] = (weights[t] as number) + projection;
    const coefficient = Number.isNaN(projection) ? 0 : projection;
    for (let k = 0; k < actionCount; k++) {
      const value = gradient[row + k] as number;
      const direction = (input.probabilities[row + k] as number) - (k === action ? 1 : 0);
      left += (value - coefficient * direction) ** 2;
      total += (input.logitsGradient[row + k] as number) ** 2;
    }
  }
  return total === 0 ? 0 : Math.sqrt(left / total);
}

function projectRow(
  probabilities: ArrayLike<number>,
  gradient: ArrayLike<number>,
  row: number,
  actionCount: number,
  action: number,
): number {
  let dot = 0;
  let square = 0;
  for (let k = 0; k < actionCount; k++) {
    const direction = (probabilities[row + k] as number) - (k === action ? 1 : 0);
    dot += (gradient[row + k] as number) * direction;
    square += direction * direction;
  }
  return square < certain * certain ? Number.NaN : dot / square;
}
