import type { CategoricalOutputs, GaussianOutputs, PolicyOutputs, UpdateEvidence } from "./evidence.ts";
import { type LogProbHypothesis, logProbHypotheses, mayBeSquashed } from "./logProbHypotheses.ts";
import type { PolicyCache, PolicyNumbers } from "./policy.ts";
import type { Precision } from "./precision.ts";

/** Recorded log-probabilities beside the outputs that they should be of. */
export interface Scoring {
  readonly update: UpdateEvidence;
  readonly policy: PolicyOutputs;
  readonly numbers: PolicyNumbers;
  /** [T]. */
  readonly logProbs: Float64Array;
  /** Whether all actions lie inside (−1, 1), as those that have passed tanh. */
  readonly isBounded: boolean;
}

/** What the recorded log-probabilities are, held against the recorded outputs. */
export interface LogProbCheck {
  readonly scorings: readonly Scoring[];
  /** Steps that could be compared, and rows of those that differ from ln π(a|s). */
  readonly compared: number;
  readonly wrongRows: readonly number[];
  readonly wrongUpdates: readonly UpdateEvidence[];
  /** The hypothesis that explains all steps; undefined where none does. */
  readonly hypothesis: LogProbHypothesis | undefined;
  readonly largestDifference: number;
  /** What is meant by ln π(a|s) here, as far as most steps tell: that of the outputs, or of an action that passed tanh. */
  readonly base: LogProbHypothesis;
}

/** Holds the log-probabilities of all updates against every hypothesis. Undefined where nothing can be compared. */
export function checkLogProbs(
  updates: readonly UpdateEvidence[],
  policies: PolicyCache,
  precision: Precision,
): LogProbCheck | undefined {
  const scorings = updates.flatMap((update) => scoringsOf(update, policies));
  if (scorings.length === 0) return undefined;
  const compared = scorings.reduce((sum, { update }) => sum + update.steps, 0);
  const [right, ...others] = logProbHypotheses;
  let nearest = differencesFrom(right!, scorings, precision)!;
  // Not every right log-probability is that of the outputs themselves: actions may have passed tanh.
  for (const meant of others.filter(({ finding }) => finding === undefined)) {
    if (nearest.wrongRows.length === 0) break;
    const found = differencesFrom(meant, scorings, precision);
    if (found && found.wrongRows.length < nearest.wrongRows.length) nearest = found;
  }
  const { base, wrongUpdates, ...rest } = nearest;
  const hypothesis = rest.wrongRows.length === 0 ? base : explaining(scorings, precision);
  return { scorings, compared, ...rest, wrongUpdates: [...wrongUpdates], hypothesis, base };
}

interface Differences {
  readonly base: LogProbHypothesis;
  readonly wrongRows: number[];
  readonly wrongUpdates: Set<UpdateEvidence>;
  largestDifference: number;
}

/** Where the recorded log-probabilities differ from what a hypothesis predicts; undefined where it does not apply. */
function differencesFrom(
  base: LogProbHypothesis,
  scorings: readonly Scoring[],
  precision: Precision,
): Differences | undefined {
  const found: Differences = { base, wrongRows: [], wrongUpdates: new Set(), largestDifference: 0 };
  let told = 0;
  for (const scoring of scorings) {
    const { update, logProbs } = scoring;
    const predicted = base.predict(scoring.policy, update.steps, scoring.numbers);
    if (!predicted) return undefined;
    for (let t = 0; t < update.steps; t++) {
      if (!Number.isNaN(predicted[t]!)) told++;
      if (!differsAt(scoring, predicted, t, precision)) continue;
      found.largestDifference = Math.max(found.largestDifference, Math.abs(logProbs[t]! - predicted[t]!));
      found.wrongRows.push(update.context.rows[update.places[t]!]!);
      found.wrongUpdates.add(update);
    }
  }
  return told > 0 ? found : undefined;
}

/** The log-probabilities of sampling and of the update, each beside its own outputs. */
function scoringsOf(update: UpdateEvidence, policies: PolicyCache): Scoring[] {
  const { policy, ownPolicy, sampledLogProbs, logProbs, hasOwnLogProbs, steps } = update;
  const pairs: (readonly [PolicyOutputs | undefined, Float64Array | undefined])[] = [
    [policy, sampledLogProbs],
    [ownPolicy, hasOwnLogProbs ? logProbs : undefined],
  ];
  return pairs.flatMap(([outputs, recorded]) => {
    if (!outputs || recorded?.length !== steps) return [];
    const numbers = policies.ofOutputs(outputs, steps);
    return {
      update,
      policy: outputs,
      numbers,
      logProbs: recorded,
      isBounded: outputs.kind === "gaussian" && mayBeSquashed(outputs),
    };
  });
}

function explaining(scorings: readonly Scoring[], precision: Precision): LogProbHypothesis | undefined {
  return logProbHypotheses.find((hypothesis) => {
    let told = 0;
    let steps = 0;
    const fits = scorings.every((scoring) => {
      const predicted = hypothesis.predict(scoring.policy, scoring.update.steps, scoring.numbers);
      steps += scoring.update.steps;
      return predicted?.every((value, t) => {
        if (Number.isNaN(value)) return true;
        told++;
        return Math.abs(scoring.logProbs[t]! - value) <= allowed(scoring, t, precision);
      });
    });
    return fits && 2 * told > steps;
  });
}

/** Rounding of ln π grows with the size of the logits, or of the squared distance from the mean. */
function allowed({ policy, logProbs, isBounded }: Scoring, t: number, precision: Precision): number {
  const size = 1 + Math.abs(logProbs[t]!);
  const reach = policy.kind === "categorical" ? largestLogit(policy, t) : gaussianReach(policy, t, isBounded);
  return Math.max(1e-9, 100 * precision.unit) * Math.max(size, reach);
}

/** A masked action's logit is as good as −∞ and rounds nothing. */
const masked = -1e4;

function largestLogit({ logits, actionCount }: CategoricalOutputs, t: number): number {
  let largest = 0;
  for (let at = t * actionCount; at < (t + 1) * actionCount; at++) {
    if (logits[at]! > masked) largest = Math.max(largest, Math.abs(logits[at]!));
  }
  return largest;
}

function gaussianReach(policy: GaussianOutputs, t: number, isBounded: boolean): number {
  const { actions, mu, logSigma, dimensions } = policy;
  let reach = 0;
  for (let at = t * dimensions; at < (t + 1) * dimensions; at++) {
    const inverse = Math.exp(-logSigma[at]!);
    const near = (action: number, size: number) =>
      (1 + Math.abs(action - mu[at]!) * inverse) * (1 + (size + Math.abs(mu[at]!)) * inverse);
    const action = actions[at]!;
    reach = Math.max(reach, near(action, Math.abs(action)));
    // An action that may have passed tanh is known only as exactly as atanh gives it back.
    if (isBounded && Math.abs(action) < 1)
      reach = Math.max(reach, near(Math.atanh(action), 1 / (1 - action * action)));
  }
  return reach;
}

/** Whether two recordings of one log-probability differ by more than another batch size rounds differently. */
export function differsAt(scoring: Scoring, others: Float64Array, t: number, precision: Precision): boolean {
  return Math.abs(scoring.logProbs[t]! - others[t]!) > allowed(scoring, t, precision);
}
