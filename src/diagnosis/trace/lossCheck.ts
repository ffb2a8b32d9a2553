import type { UpdateEvidence } from "./evidence.ts";
import { leastSquares } from "./leastSquares.ts";
import type { Precision } from "./precision.ts";
import { type CostedSpec, enumerateSpecs, possibleOf } from "./weights/enumerate.ts";
import type { WeightSpec } from "./weights/options.ts";
import { type TargetCache, weightsOf } from "./weights/weightsOf.ts";

/** What of a diagnosis losses are explained by; where weights could be read, they say it better. */
interface LossFacts {
  readonly readings: readonly unknown[];
  readonly updates: readonly UpdateEvidence[];
  readonly targets: TargetCache;
  readonly weightPrecision: Precision;
}

/** Which rule the values of the loss follow over several updates, where no gradient was recorded. */
export interface LossExplanation {
  readonly spec: WeightSpec;
  /** κ of the policy term and β of a bonus. */
  readonly scale: number;
  readonly beta: number | undefined;
  readonly residual: number;
  readonly updates: readonly UpdateEvidence[];
  readonly possible: ReturnType<typeof possibleOf>;
  readonly isAmbiguous: boolean;
}

/** Fewer updates than this more than unknowns prove nothing. */
const surplus = 2;
const mostUpdates = 60;

/** L_u ≈ −κ Σ w·ln π − β Σ H (+ value loss) for every candidate w. Undefined where there is too little to fit. */
export function explainLosses(session: LossFacts): LossExplanation | undefined {
  if (session.readings.length > 0) return undefined;
  const updates = session.updates
    .filter(({ loss, logProbs, hasOwnLogProbs }) => loss !== undefined && logProbs && !hasOwnLogProbs)
    .slice(0, mostUpdates);
  const hasEntropy = updates.every(({ entropies }) => entropies !== undefined);
  const hasCritic = updates.some(({ valueLoss }) => valueLoss !== undefined);
  if (updates.length < (hasEntropy ? 2 : 1) + surplus) return undefined;
  const possible = possibleOf(updates);
  if (possible.hasValues && !hasCritic) return undefined;
  const cache = session.targets;
  const fits: { costed: CostedSpec; explanation: Omit<LossExplanation, "isAmbiguous">; cost: number }[] = [];
  const tolerance = 3 * session.weightPrecision.tolerance;
  let least = Number.POSITIVE_INFINITY;
  for (const costed of enumerateSpecs(possible)) {
    if (costed.cost > least + 1) break;
    const fit = fitLoss(updates, costed.spec, cache, hasEntropy);
    if (!fit || fit.residual > tolerance || fit.share < 30 * tolerance) continue;
    const isUnit = Math.abs(Math.abs(fit.scale) - 1) <= 100 * tolerance;
    const cost = costed.cost + (isUnit ? 0 : 2.5) + (fit.scale < 0 ? 1 : 0);
    fits.push({ costed, cost, explanation: { ...fit, spec: costed.spec, updates, possible } });
    least = Math.min(least, cost);
  }
  fits.sort((a, b) => a.cost - b.cost);
  const best = fits[0];
  return best && { ...best.explanation, isAmbiguous: fits.length > 1 && fits[1]!.cost < best.cost + 0.5 };
}

function fitLoss(
  updates: readonly UpdateEvidence[],
  spec: WeightSpec,
  cache: TargetCache,
  hasEntropy: boolean,
): { scale: number; beta: number | undefined; residual: number; share: number } | undefined {
  const rest = Float64Array.from(updates, ({ loss, valueLoss }) => loss! - (valueLoss ?? 0));
  const policy = Float64Array.from(updates, (update) => {
    const weights = weightsOf(update, spec, cache);
    return -weights.reduce((sum, weight, t) => sum + weight * update.logProbs![t]!, 0);
  });
  const columns = [policy];
  if (hasEntropy) columns.push(Float64Array.from(updates, (update) => -entropyOf(update, spec)));
  const fit = leastSquares(columns, rest);
  if (!fit || fit.condition > 1e7) return undefined;
  const scale = fit.coefficients[0]!;
  // What the policy term is of the loss: below rounding it has no sign.
  const share = (Math.abs(scale) * Math.hypot(...policy)) / Math.hypot(...rest);
  return { scale, beta: fit.coefficients[1], residual: fit.residual, share };
}

function entropyOf({ entropies, steps }: UpdateEvidence, spec: WeightSpec): number {
  const sum = entropies!.reduce((total, entropy) => total + entropy, 0);
  return spec.reduction === "stepMean" ? sum / steps : sum;
}
