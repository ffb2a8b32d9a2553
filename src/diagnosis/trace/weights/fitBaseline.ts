import { leastSquares } from "../leastSquares.ts";
import type { WeightSpec } from "./options.ts";
import type { ReadUpdate } from "./readUpdate.ts";
import { multipliersOf } from "./weightsOf.ts";

/** Two numbers are fitted to an update: fewer steps than this test nothing. */
const fewestSteps = 5;

/**
 * Takes from weights without a baseline the one number b, m·(G − b), that the recorded weights imply; 0 everywhere where
 * the update is too short to test it. The steps' multipliers m are γᵗ, 1/T and the like.
 */
export function withFittedBaseline(
  { update, observed }: ReadUpdate,
  spec: WeightSpec,
  weights: Float64Array,
): Float64Array {
  const none = new Float64Array(weights.length);
  if (weights.length < fewestSteps || observed.entropyDirection) return none;
  const multipliers = multipliersOf(update, spec);
  const fit = leastSquares([weights, multipliers], observed.weights);
  if (!fit || fit.condition > 1e3) return none;
  const [scale = 0, shift = 0] = fit.coefficients;
  if (scale === 0 || !Number.isFinite(scale)) return none;
  return weights.map((weight, t) => weight + (shift / scale) * multipliers[t]!);
}
