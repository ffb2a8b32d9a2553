import { type CriticTarget, criticTargetNames, criticTargets } from "./criticTargets.ts";
import type { UpdateEvidence } from "./evidence.ts";
import { type LeastSquares, leastSquares } from "./leastSquares.ts";
import type { Precision } from "./precision.ts";
import type { WeightSpec } from "./weights/options.ts";
import type { SearchResult } from "./weights/search.ts";
import { advantageSlopes } from "./weights/slopes.ts";
import type { TargetCache } from "./weights/weightsOf.ts";

/** What of a diagnosis a critic is explained by. */
interface CriticFacts {
  readonly weights: SearchResult;
  readonly targets: TargetCache;
  readonly weightPrecision: Precision;
}

/** What the gradient at the critic's outputs is made of, over the updates that could be read. */
export interface CriticCheck {
  readonly updates: readonly UpdateEvidence[];
  /** Slope of ∂L/∂V on what the policy term leaves there through the advantage: 1 where that is not detached, else 0. */
  readonly throughAdvantage: number;
  /** Slope on the next step's TD error, relative to that on the own one: 1 where the target carries gradient. */
  readonly throughTarget: number;
  readonly residual: number;
  readonly target: CriticTarget;
}

/** A median over so many updates, spread over the trace, is as good as one over all. */
const mostUpdates = 1000;

/** Explains ∂L/∂V_t by V − target, by the policy term and by the next step's target. Undefined without a gradient. */
export function checkCritic(session: CriticFacts): CriticCheck | undefined {
  const { explained } = session.weights;
  const readable = explained.flatMap(({ spec, fit, updates }) =>
    updates.map(({ update }) => ({ update, spec, scale: fit.scale })),
  );
  const stride = Math.max(1, Math.ceil(readable.length / mostUpdates));
  const spread = readable.filter((_, index) => index % stride === 0);
  const checks = spread.flatMap((read) => {
    const check = checkUpdate(read, session.targets, 30 * session.weightPrecision.tolerance);
    return check ? [check] : [];
  });
  if (checks.length === 0) return undefined;
  const middle = (pick: (check: UpdateCheck) => number) => median(checks.map(pick));
  return {
    updates: checks.map(({ update }) => update),
    throughAdvantage: middle(({ throughAdvantage }) => throughAdvantage),
    throughTarget: middle(({ throughTarget }) => throughTarget),
    residual: middle(({ residual }) => residual),
    target: checks[0]!.target,
  };
}

interface UpdateCheck extends Omit<CriticCheck, "updates"> {
  readonly update: UpdateEvidence;
}

interface Read {
  readonly update: UpdateEvidence;
  readonly spec: WeightSpec;
  /** κ. */
  readonly scale: number;
}

function checkUpdate(read: Read, cache: TargetCache, tolerance: number): UpdateCheck | undefined {
  const { update, spec } = read;
  const { valueGrad, logProbs, values, steps } = update;
  if (!valueGrad || !logProbs || !values || steps < 4 || spec.baseline === "none") return undefined;
  const policyTerm = advantageSlopes(update, spec, cache).map((slope) => read.scale * slope);
  for (const target of criticTargetNames) {
    const targets = criticTargets(update, spec, target);
    if (!targets) continue;
    const errors = values.map((value, t) => value - targets[t]!);
    // As they are, and as a Huber loss clamps them.
    for (const pull of [errors, errors.map((error) => Math.max(-1, Math.min(1, error)))]) {
      const check = fitTarget(update, target, pull, policyTerm);
      if (check && check.residual <= tolerance) return { ...check, update };
    }
  }
  return undefined;
}

function fitTarget(
  update: UpdateEvidence,
  target: CriticTarget,
  errors: Float64Array,
  policyTerm: Float64Array,
): Omit<UpdateCheck, "update"> | undefined {
  const columns = [errors, policyTerm];
  const following = target === "TD target" ? followingErrors(update, errors) : undefined;
  if (following) columns.push(following);
  const fit = fitMoving(columns, update.valueGrad!);
  if (!fit || fit.condition > 1e6) return undefined;
  const [own = 0, through = 0, next = 0] = fit.coefficients;
  return {
    throughAdvantage: through,
    throughTarget: own === 0 ? 0 : next / own,
    residual: fit.residual,
    target,
  };
}

/** A clipped value loss gives some steps no gradient at all: the others are looked at. */
function fitMoving(columns: readonly Float64Array[], gradient: Float64Array): LeastSquares | undefined {
  const moves = (_: number, t: number) => gradient[t] !== 0;
  if (gradient.every(moves)) return leastSquares(columns, gradient);
  return leastSquares(
    columns.map((column) => column.filter(moves)),
    gradient.filter(moves),
  );
}

/** What ½(V_t − r_t − γV_{t+1})² of the step before leaves at V_t: −γ times its error. Undefined in a shuffled part. */
function followingErrors(
  { context, places, gamma }: UpdateEvidence,
  errors: Float64Array,
): Float64Array | undefined {
  const isWhole = places.every((place, t) => t === 0 || place === places[t - 1]! + 1);
  if (!isWhole) return undefined;
  return errors.map((_, t) => {
    const isFirst = t === 0 || context.last[places[t - 1]!] === 1;
    return isFirst ? 0 : -gamma * errors[t - 1]!;
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
