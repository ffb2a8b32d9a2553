import type { UpdateEvidence } from "./evidence.ts";
import { leastSquares } from "./leastSquares.ts";
import type { Session } from "./session.ts";
import type { WeightSpec } from "./weights/options.ts";
import { targetsOf } from "./weights/targets.ts";
import { multipliersOf } from "./weights/weightsOf.ts";

/** What the gradient at the critic's outputs is made of, over the updates that could be read. */
export interface CriticCheck {
  readonly updates: readonly UpdateEvidence[];
  /** Slope of ∂L/∂V on w_t·ln π: 1 where the advantage carries gradient into the critic, 0 where it is detached. */
  readonly throughAdvantage: number;
  /** Slope on the next step's TD error, relative to that on the own one: 1 where the target carries gradient. */
  readonly throughTarget: number;
  readonly residual: number;
  readonly target: "returns" | "TD target" | "unbootstrapped returns";
}

type Target = CriticCheck["target"];

/** A median over so many updates, spread over the trace, is as good as one over all. */
const mostUpdates = 1000;

/** Explains ∂L/∂V_t by V − target, by the policy term and by the next step's target. Undefined without a gradient. */
export function checkCritic(session: Session): CriticCheck | undefined {
  const { explained } = session.weights;
  const readable = explained.flatMap(({ spec, fit, updates }) =>
    updates.map(({ update }) => ({ update, spec, sign: Math.sign(fit.scale) })),
  );
  const stride = Math.max(1, Math.ceil(readable.length / mostUpdates));
  const spread = readable.filter((_, index) => index % stride === 0);
  const checks = spread.flatMap(({ update, spec, sign }) => {
    const check = checkUpdate(update, spec, sign, 30 * session.weightPrecision.tolerance);
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

function checkUpdate(
  update: UpdateEvidence,
  spec: WeightSpec,
  sign: number,
  tolerance: number,
): UpdateCheck | undefined {
  const { valueGrad, logProbs, values, steps } = update;
  if (!valueGrad || !logProbs || !values || steps < 4) return undefined;
  const multipliers = multipliersOf(update, spec);
  // −c·ln π with c = s(G − V) leaves +s·ln π in ∂L/∂V.
  const policyTerm = multipliers.map((multiplier, t) => sign * multiplier * logProbs[t]!);
  for (const target of ["returns", "unbootstrapped returns", "TD target"] as const) {
    const check = fitTarget(update, spec, target, policyTerm, valueGrad, values);
    if (check && check.residual <= tolerance) return { ...check, update };
  }
  return undefined;
}

function fitTarget(
  update: UpdateEvidence,
  spec: WeightSpec,
  target: Target,
  policyTerm: Float64Array,
  valueGrad: Float64Array,
  values: Float64Array,
): Omit<UpdateCheck, "update"> | undefined {
  const targets = criticTargets(update, spec, target);
  const errors = values.map((value, t) => value - targets[t]!);
  const columns = [errors, policyTerm];
  const following = target === "TD target" ? followingErrors(update, errors) : undefined;
  if (following) columns.push(following);
  const fit = leastSquares(columns, valueGrad);
  if (!fit || fit.condition > 1e6) return undefined;
  const [own = 0, through = 0, next = 0] = fit.coefficients;
  return {
    throughAdvantage: through,
    throughTarget: own === 0 ? 0 : next / own,
    residual: fit.residual,
    target,
  };
}

function criticTargets(update: UpdateEvidence, spec: WeightSpec, target: Target): Float64Array {
  const ends = target === "unbootstrapped returns" ? "noBootstrap" : "natural";
  const returns = target === "TD target" ? "tdError" : "toGo";
  const whole = targetsOf(update.context, update.gamma, {
    ...spec,
    rewards: spec.rewards,
    returns,
    ends,
    lambda: 1,
  });
  return Float64Array.from(update.places, (place) =>
    target === "TD target" ? whole[place]! + update.context.values![place]! : whole[place]!,
  );
}

/** What ½(V_t − r_t − γV_{t+1})² of the step before leaves at V_t: −γ times its error. */
function followingErrors({ context, places, gamma }: UpdateEvidence, errors: Float64Array): Float64Array {
  return errors.map((_, t) => {
    const isFirst = t === 0 || context.last[places[t - 1]!] === 1;
    return isFirst ? 0 : -gamma * errors[t - 1]!;
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
