import { formatSignificant } from "../../scale.ts";
import type { Detection } from "../finding.ts";
import type { FindingRule } from "../findingRule.ts";
import type { Session } from "../session.ts";
import { fromHypothesis, hypothesisTable } from "./policyRules.ts";

/** Standard deviations beyond which a statistic is not chance: 2·10⁻⁹. */
const certain = 6;
const possible = 4;

/** Sums over all drawn actions of a Gaussian policy. */
interface Draws {
  readonly count: number;
  /** z of the variance of (a − μ)/σᵖ for p = 1, 2 and ½: how far from 1 in its own deviation. */
  readonly varianceZ: readonly [one: number, two: number, half: number];
  readonly variance: number;
  /** Slope of a on μ, and how many of its deviations it is from 1 and from 0. */
  readonly slope: number;
  readonly slopeFromOne: number;
  readonly slopeFromZero: number;
  /** Share of actions that lie exactly on the largest or the smallest one. */
  readonly onBound: number;
  readonly boundRows: readonly number[];
}

function drawsOf(session: Session): Draws | undefined {
  const epsilons: [number[], number[], number[]] = [[], [], []];
  const means: number[] = [];
  const actions: number[] = [];
  const sigmas: number[] = [];
  const rows: number[] = [];
  const seen = new Set<number>();
  for (const update of session.updates) {
    const { policy } = update;
    if (policy?.kind !== "gaussian") continue;
    for (let at = 0; at < policy.mu.length; at++) {
      const row = update.context.rows[update.places[Math.floor(at / policy.dimensions)]!]!;
      const key = row * policy.dimensions + (at % policy.dimensions);
      if (seen.has(key)) continue;
      seen.add(key);
      const distance = policy.actions[at]! - policy.mu[at]!;
      const log = policy.logSigma[at]!;
      epsilons[0].push(distance * Math.exp(-log));
      epsilons[1].push(distance * Math.exp(-2 * log));
      epsilons[2].push(distance * Math.exp(-0.5 * log));
      means.push(policy.mu[at]!);
      actions.push(policy.actions[at]!);
      sigmas.push(Math.exp(log));
      rows.push(row);
    }
  }
  if (actions.length < 60) return undefined;
  return {
    ...slopeOf(actions, means, sigmas),
    ...bounds(actions, rows),
    ...variances(epsilons),
    count: actions.length,
  };
}

function variances(epsilons: readonly [number[], number[], number[]]): Pick<Draws, "varianceZ" | "variance"> {
  const [one, two, half] = epsilons.map(
    (values) => values.reduce((sum, e) => sum + e * e, 0) / values.length,
  );
  const deviation = Math.sqrt(2 / epsilons[0].length);
  const z = (variance: number) => (variance - 1) / deviation;
  return { varianceZ: [z(one!), z(two!), z(half!)], variance: one! };
}

function slopeOf(
  actions: readonly number[],
  means: readonly number[],
  sigmas: readonly number[],
): Pick<Draws, "slope" | "slopeFromOne" | "slopeFromZero"> {
  let weight = 0;
  let meanSum = 0;
  let actionSum = 0;
  means.forEach((mean, at) => {
    const w = sigmas[at]! ** -2;
    weight += w;
    meanSum += w * mean;
    actionSum += w * actions[at]!;
  });
  let square = 0;
  let cross = 0;
  means.forEach((mean, at) => {
    const w = sigmas[at]! ** -2;
    const centred = mean - meanSum / weight;
    square += w * centred * centred;
    cross += w * centred * (actions[at]! - actionSum / weight);
  });
  const slope = cross / square;
  const deviation = 1 / Math.sqrt(square);
  return { slope, slopeFromOne: (slope - 1) / deviation, slopeFromZero: slope / deviation };
}

function bounds(actions: readonly number[], rows: readonly number[]): Pick<Draws, "onBound" | "boundRows"> {
  const high = actions.reduce((most, action) => Math.max(most, action), Number.NEGATIVE_INFINITY);
  const low = actions.reduce((least, action) => Math.min(least, action), Number.POSITIVE_INFINITY);
  const boundRows = rows.filter((_, at) => actions[at] === high || actions[at] === low);
  return { onBound: boundRows.length / actions.length, boundRows };
}

function onAll(session: Session, message: string, evidence: Detection["evidence"]): Detection {
  const updates = session.updates.filter(({ policy }) => policy?.kind === "gaussian");
  return {
    message,
    evidence,
    rows: updates.flatMap((update) => Array.from(session.rowsOf(update))),
    updates: updates.map(({ number }) => number),
  };
}

const clippedAction: FindingRule = {
  id: "clipped_action_log_prob",
  severity: "error",
  title: "log π is that of a clipped action",
  why: "A Gaussian gives a bound probability 0: the density there is of another action than the one drawn, and σ looks too small.",
  fix: "log_prob = dist.log_prob(action); env.step(action.clamp(low, high))   # clip for the environment only",
  reference: "thu-ml/tianshou#312",
  detect: (session) => {
    const found = fromHypothesis(session, "clipped_action_log_prob");
    if (found) return found;
    const draws = drawsOf(session);
    if (!draws || draws.boundRows.length < 4 || session.logProbs?.hypothesis?.id === "squashed")
      return undefined;
    return {
      ...onAll(
        session,
        `Expected actions that are all different; ${formatSignificant(100 * draws.onBound, 3)} % of ${draws.count} lie exactly on a bound (var((a − μ)/σ) = ${formatSignificant(draws.variance, 3)})`,
        { share: draws.onBound, variance: draws.variance, count: draws.count },
      ),
      rows: draws.boundRows,
    };
  },
};

const sigmaConfusion: FindingRule = {
  id: "sigma_confusion",
  ...hypothesisTable.sigma_confusion!,
  detect: (session) => fromHypothesis(session, "sigma_confusion") ?? sampledWithAnother(session),
  undecided: (session) => {
    const isGaussian = session.updates.some(({ policy }) => policy?.kind === "gaussian");
    return isGaussian && !drawsOf(session)
      ? "fewer than 60 drawn numbers: their variance proves nothing"
      : undefined;
  },
};

function sampledWithAnother(session: Session): Detection | undefined {
  const draws = drawsOf(session);
  if (!draws || draws.boundRows.length >= 4) return undefined;
  const { slope, slopeFromOne, slopeFromZero, variance, varianceZ, count } = draws;
  if (Math.abs(slopeFromOne) > certain && Math.abs(slopeFromZero) < possible) {
    return onAll(
      session,
      `Expected actions around μ (slope 1); seen slope ${formatSignificant(slope, 3)}, ${formatSignificant(slopeFromOne, 3)} deviations off: noise replaces the mean`,
      { slope, z: slopeFromOne, count },
    );
  }
  const [one, two, half] = varianceZ;
  if (Math.abs(one) <= certain) return undefined;
  const words =
    Math.abs(two) < possible
      ? "σ² as standard deviation"
      : Math.abs(half) < possible
        ? "σ as variance"
        : undefined;
  if (words === undefined) return undefined;
  return onAll(
    session,
    `Expected var((a − μ)/σ) = 1; seen ${formatSignificant(variance, 4)} over ${count} numbers (z = ${formatSignificant(one, 3)}): sampling took ${words}`,
    { variance, z: one, count },
  );
}

const dimensionsNotSummed: FindingRule = {
  id: "dimensions_not_summed",
  severity: "error",
  title: "log π is not summed over the action's dimensions",
  why: "The density of a vector is a product over its dimensions, so its logarithm is a sum.",
  fix: "log_prob = dist.log_prob(action).sum(-1)",
  reference: "thu-ml/tianshou#40; OpenAI Spinning Up, part 1",
  detect: (session) => {
    const updates = session.updates.filter(
      ({ policy, sampledLogProbs, steps }) =>
        policy?.kind === "gaussian" &&
        policy.dimensions > 1 &&
        sampledLogProbs?.length === steps * policy.dimensions,
    );
    if (updates.length === 0) return fromHypothesis(session, "dimensions_not_summed");
    return {
      message: `Expected one log_prob per step; seen ${updates[0]!.sampledLogProbs!.length / updates[0]!.steps}, one per dimension`,
      evidence: { updates: updates.length },
      rows: updates.flatMap((update) => Array.from(session.rowsOf(update))),
      updates: updates.map(({ number }) => number),
    };
  },
};

/** Findings about Gaussian policies. */
export const gaussianRules: readonly FindingRule[] = [clippedAction, sigmaConfusion, dimensionsNotSummed];
