import type { UpdateEvidence } from "../evidence.ts";
import type { WeightSpec } from "./options.ts";
import { multipliersOf, normalisedAdvantages, type TargetCache } from "./weightsOf.ts";

/**
 * ∂L/∂V_t [T] of the policy term −Σ m·A·ln π (or −Σ m·A·ratio) alone, if the advantage A = target − V were not detached and
 * κ were 1. With advantages normalised to a, −∂a_i/∂V_t runs through their mean and deviation.
 */
export function advantageSlopes(update: UpdateEvidence, spec: WeightSpec, cache: TargetCache): Float64Array {
  const { logProbs } = update;
  const multipliers = multipliersOf(update, spec);
  const isRatio = spec.factor === "ratio" || spec.factor === "clippedRatio";
  const terms = isRatio ? multipliers : multipliers.map((multiplier, t) => multiplier * logProbs![t]!);
  const normalised = normalisedAdvantages(update, spec, cache);
  if (!normalised) return terms;
  const { advantages, deviation } = normalised;
  const count = advantages.length;
  const mean = terms.reduce((sum, term) => sum + term, 0) / count;
  const along = terms.reduce((sum, term, t) => sum + term * advantages[t]!, 0) / Math.max(1, count - 1);
  return terms.map((term, t) => (term - mean - along * advantages[t]!) / deviation);
}
