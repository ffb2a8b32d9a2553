import { formatSignificant } from "../../scale.ts";
import { valueErrors } from "../criticTargets.ts";
import { detectionOn } from "../detectionOn.ts";
import type { Trajectories, UpdateEvidence } from "../evidence.ts";
import type { Detection } from "../finding.ts";
import type { FindingRule } from "../findingRule.ts";
import type { Session } from "../session.ts";
import { fitWords } from "../weights/describe.ts";
import type { Explanation } from "../weights/search.ts";
import { type TargetCache, weightsOf } from "../weights/weightsOf.ts";
import { departureOf, fromExplanations } from "./weightRules.ts";

const noValueGradient = "record value_grad (∂loss/∂V) to see what reaches the critic";

function onCritic(session: Session, message: string, evidence: Detection["evidence"]): Detection {
  const { updates } = session.critic!;
  return {
    message,
    evidence: { ...evidence, updates: updates.length },
    rows: updates.flatMap((update) => Array.from(session.rowsOf(update))),
    updates: updates.map(({ number }) => number),
  };
}

const undetachedAdvantage: FindingRule = {
  id: "undetached_advantage",
  severity: "error",
  title: "the advantage carries gradient into the critic",
  why: "The policy loss then pushes V wherever it makes the loss smaller: V settles away from the return.",
  fix: "advantage = (returns - values).detach()",
  reference: "keras-team/keras-io#194",
  detect: (session) => {
    const { critic } = session;
    if (!critic || Math.abs(critic.throughAdvantage - 1) > 0.05) return undefined;
    return onCritic(
      session,
      `Expected ∂L/∂V from the value loss alone (slope 0 on w·ln π); seen slope ${formatSignificant(critic.throughAdvantage, 4)}, residual ${formatSignificant(critic.residual, 2)}, on ${critic.updates.length} updates`,
      { slope: critic.throughAdvantage, residual: critic.residual },
    );
  },
  undecided: (session) => {
    const hasCritic = session.updates.some(({ values }) => values);
    if (!hasCritic || session.critic) return undefined;
    const recorded = session.updates.filter(({ valueGrad }) => valueGrad);
    if (recorded.length > 0 && recorded.every(({ steps }) => steps < 4)) {
      return "every update is of fewer than 4 steps: too few numbers to take ∂loss/∂V apart";
    }
    return recorded.length > 0
      ? "∂loss/∂V follows no known value loss, so a part of the policy term in it cannot be told"
      : noValueGradient;
  },
};

const undetachedTarget: FindingRule = {
  id: "undetached_target",
  severity: "error",
  title: "the TD target carries gradient",
  why: "The next state's value is pulled towards this one's: that is not the semi-gradient update, and it is slower and biased.",
  fix: "target = (r + gamma * V(next)).detach()",
  reference: "Sutton & Barto (2nd ed.), 9.3 and 13.5",
  detect: (session) => {
    const { critic } = session;
    if (critic?.target !== "TD target" || Math.abs(critic.throughTarget - 1) > 0.05) return undefined;
    return onCritic(
      session,
      `Expected no gradient through r + γV(s'); seen slope ${formatSignificant(critic.throughTarget, 4)} of −γδ of the step before, on ${critic.updates.length} updates`,
      { slope: critic.throughTarget, residual: critic.residual },
    );
  },
};

const oneSidedValueGradient: FindingRule = {
  id: "one_sided_value_gradient",
  severity: "error",
  title: "the critic moves one way whatever its error",
  why: "∂L/∂V has one size and one sign also where V is on the other side of its target: a clamp is on the wrong side, or the error is not in the loss.",
  fix: "clamp(grad, -limit, limit)   # both sides",
  reference: "karpathy/reinforcejs",
  detect: (session) => {
    const constant = session.updates.filter(hasConstantGradient);
    const away = constant.filter(pushesAway);
    const bare = constant.filter(hasNoTarget);
    const updates = away.length > 0 ? away : bare.length > 1 ? bare : [];
    if (updates.length === 0) return undefined;
    const seen =
      away.length > 0
        ? "also where V − G has the other sign"
        : "and the value loss is V times it: no target is in it";
    return detectionOn(
      session,
      updates,
      `Expected ∂L/∂V in proportion to V − G; seen the same number at every step of ${updates.length} updates, ${seen}`,
      { updates: updates.length, gradient: updates[0]!.valueGrad![0]! },
    );
  },
  undecided: (session) => {
    const constant = session.updates.filter(hasConstantGradient);
    if (constant.length === 0) return undefined;
    return "∂L/∂V is the same at every step of some updates, as a Huber or L1 loss makes it where V is far off on one side";
  },
};

function hasConstantGradient({ valueGrad, values, steps }: UpdateEvidence): boolean {
  if (!valueGrad || !values || steps < 4) return false;
  const first = valueGrad[0]!;
  return first !== 0 && valueGrad.every((value) => Math.abs(value - first) <= 1e-9 * Math.abs(first));
}

/** Whether the value loss is Σ ∂L/∂V·V: linear in V, with nothing that V is held against. */
function hasNoTarget({ valueGrad, values, valueLoss }: UpdateEvidence): boolean {
  if (valueLoss === undefined || valueLoss === 0) return false;
  const product = values!.reduce((sum, value, t) => sum + value * valueGrad![t]!, 0);
  return Math.abs(product - valueLoss) <= 1e-5 * Math.abs(valueLoss);
}

/** Whether somewhere the gradient drives V away from both its return and its one-step target. */
function pushesAway(update: UpdateEvidence): boolean {
  const sign = Math.sign(update.valueGrad![0]!);
  const errors = valueErrors(update);
  const largest = errors.reduce((most, [far, near]) => Math.max(most, Math.abs(far), Math.abs(near)), 0);
  return errors.some(([far, near]) => sign * far < -0.05 * largest && sign * near < -0.05 * largest);
}

const truncationAsTermination: FindingRule = {
  id: "truncation_as_termination",
  severity: "error",
  title: "a time limit is treated as the end of the task",
  why: "The state after a time limit has a value. Without it the critic learns that the last steps are worthless, and the advantages near the limit are wrong.",
  fix: "G = r + gamma * V(final_obs) if truncated else r",
  reference: "Pardo et al. (2018), arXiv 1712.00378; vwxyzjn/cleanrl#198",
  detect: (session) => {
    const explained = session.weights.explained.filter(
      (explanation) =>
        departureOf(explanation, "truncation_as_termination") && wouldDiffer(explanation, session.targets),
    );
    if (explained.length === 0) return undefined;
    const updates = explained.flatMap((explanation) => explanation.updates.map(({ update }) => update));
    const rows = updates.flatMap(({ context }) =>
      Array.from(context.rows).filter((_, place) => context.truncated[place] === 1),
    );
    const largest = updates.reduce((most, { context, gamma }) => {
      const known = context.finalValues.filter(
        (value, t) => context.truncated[t] === 1 && !Number.isNaN(value),
      );
      return known.reduce((size, value) => Math.max(size, Math.abs(gamma * value)), most);
    }, 0);
    const { spec, fit, possible } = explained[0]!;
    const due = largest > 0 ? ` (up to ${formatSignificant(largest, 3)} was due)` : "";
    const message = `Expected γV(final observation) after a time limit; seen 0${due}: ${fitWords(spec, fit, possible)}`;
    return { ...fromExplanations(session, explained, message), rows };
  },
  undecided: (session) => {
    const open = session.updates.filter(({ context }) => context.truncated.some((flag) => flag === 1));
    if (open.length === 0 || !open.some(({ values }) => values)) return undefined;
    return open.some(({ context }) =>
      context.truncated.some((flag, t) => flag && Number.isNaN(context.finalValues[t]!)),
    )
      ? "final_value (V of the final observation) is not recorded at every time limit"
      : undefined;
  },
};

/** Whether a value after the time limits would have made other weights, beyond what the fit leaves. */
function wouldDiffer({ updates, fit, spec }: Explanation, cache: TargetCache): boolean {
  let due = 0;
  let whole = 0;
  for (const { update } of updates) {
    if (!update.context.truncated.includes(1)) continue;
    const without = weightsOf(update, spec, cache);
    const valued = { ...update, context: withFinalValues(update.context) };
    weightsOf(valued, { ...spec, ends: "natural" }, cache).forEach((weight, t) => {
      due += (weight - without[t]!) ** 2;
      whole += without[t]! ** 2;
    });
  }
  return due > (30 * fit.residual) ** 2 * whole;
}

/** With V of the last observation where that of the final one is not recorded: it tells the size. */
function withFinalValues(context: Trajectories): Trajectories {
  const { finalValues, truncated, values } = context;
  const known = finalValues.map((value, t) =>
    truncated[t] === 1 && Number.isNaN(value) ? values![t]! : value,
  );
  return { ...context, finalValues: known };
}

const resetValues: FindingRule = {
  id: "bootstrap_from_reset",
  severity: "error",
  title: "the value after a time limit is that of the next episode's first state",
  why: "After an automatic reset the next observation belongs to another episode.",
  fix: 'final = info["final_obs"]; target = r + gamma * V(final)',
  reference: "Gymnasium, vector environments: autoreset; DexForce/EmbodiChain#610",
  detect: (session) => {
    const explained = session.weights.explained.filter((explanation) =>
      departureOf(explanation, "bootstrap_from_reset"),
    );
    if (explained.length > 0) {
      const { spec, fit, possible } = explained[0]!;
      return fromExplanations(
        session,
        explained,
        `Expected V of the final observation after a time limit; seen V of the next episode's first state: ${fitWords(spec, fit, possible)}`,
      );
    }
    return recordedResetValues(session);
  },
};

/** final_value itself may be the value of the state after the reset. */
function recordedResetValues(session: Session): Detection | undefined {
  const rows: number[] = [];
  const numbers = new Set<number>();
  for (const { context, number } of session.updates) {
    for (let t = 0; t + 1 < context.steps; t++) {
      if (context.truncated[t] === 0 || Number.isNaN(context.finalValues[t]!)) continue;
      if (context.finalValues[t] !== context.values?.[t + 1]) return undefined;
      rows.push(context.rows[t]!);
      numbers.add(number);
    }
  }
  if (rows.length < 2) return undefined;
  return {
    message: `Expected V of the final observation; final_value is exactly the next episode's first value at all ${rows.length} time limits`,
    evidence: { steps: rows.length },
    rows,
    updates: [...numbers],
  };
}

/** Findings about the critic and about what follows a trajectory's end. */
export const criticRules: readonly FindingRule[] = [
  undetachedAdvantage,
  truncationAsTermination,
  undetachedTarget,
  resetValues,
  oneSidedValueGradient,
];
