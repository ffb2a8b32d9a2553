import { formatSignificant } from "../../scale.ts";
import { detectionOn } from "../detectionOn.ts";
import { entropyInLoss } from "../entropyInLoss.ts";
import type { UpdateEvidence } from "../evidence.ts";
import type { FindingRule } from "../findingRule.ts";
import type { Session, UpdateReading } from "../session.ts";

/** β of an entropy bonus as the trace tells it, strongest evidence first. */
interface Beta {
  readonly beta: number;
  readonly from: string;
  readonly updates: readonly UpdateEvidence[];
}

function readBeta(session: Session): Beta | undefined {
  return session.once("beta", () => betaOfUpdates(session) ?? betaOfFit(session) ?? betaOfLosses(session));
}

function betaOfUpdates(session: Session): Beta | undefined {
  const known = session.readings.flatMap(({ update, reading }) => {
    const beta = reading.formResidual > 0.01 ? undefined : meanOf(reading.entropyWeights);
    return beta === undefined || Math.abs(beta) < 1e-12 ? [] : [{ update, beta }];
  });
  if (known.length === 0) return undefined;
  const negative = known.filter(({ beta }) => beta < 0);
  const side = negative.length * 2 > known.length ? negative : known.filter(({ beta }) => beta > 0);
  if (side.length === 0) return undefined;
  const updates = side.map(({ update }) => update);
  const hasCoef = updates.every(({ entropyCoef }) => entropyCoef !== undefined);
  return { beta: side[0]!.beta, from: hasCoef ? "entropy_coef" : "the gradient at the outputs", updates };
}

/** A value that is the same within noise; NaN entries are steps that could not be read. */
function meanOf(values: Float64Array | undefined): number | undefined {
  let sum = 0;
  let count = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values ?? []) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (count === 0) return undefined;
  const mean = sum / count;
  return Math.max(high - mean, mean - low) <= 0.05 * Math.abs(mean) ? mean : undefined;
}

function betaOfFit(session: Session): Beta | undefined {
  const found = session.weights.explained.find(({ fit }) => Math.abs(fit.beta) > 1e-9);
  if (!found?.updates[0]?.observed.entropyDirection) return undefined;
  const reach =
    Math.abs(found.fit.beta) * norm(found.updates.map(({ observed }) => observed.entropyDirection!));
  const whole = norm(found.updates.map(({ observed }) => observed.weights));
  // Below this the weight could be rounding of what the rule explains.
  if (reach <= 30 * session.weightPrecision.tolerance * whole) return undefined;
  return {
    beta: found.fit.beta,
    from: "the gradient at the logits, fitted with the rule",
    updates: found.updates.map(({ update }) => update),
  };
}

function norm(vectors: readonly Float64Array[]): number {
  let sum = 0;
  for (const vector of vectors) for (const value of vector) if (!Number.isNaN(value)) sum += value * value;
  return Math.sqrt(sum);
}

function betaOfLosses(session: Session): Beta | undefined {
  const { losses } = session;
  if (!losses || losses.isAmbiguous || losses.beta === undefined) return undefined;
  if (Math.abs(losses.beta) <= 1e-7) return undefined;
  return { beta: losses.beta, from: "the losses of several updates", updates: losses.updates };
}

const entropySign: FindingRule = {
  id: "entropy_sign",
  severity: "error",
  title: "entropy is minimised",
  why: "A bonus is subtracted from the loss. With a plus sign the policy is paid for losing its exploration.",
  fix: "loss = policy_loss - beta * entropy.sum()",
  reference: "Williams & Peng (1991); google-deepmind/open_spiel#962",
  detect: (session) => {
    const found = readBeta(session);
    if (!found || found.beta >= 0 || contradictedByLoss(found)) return undefined;
    return detectionOn(
      session,
      found.updates,
      `Expected a bonus (loss − β·H, β > 0); seen β = ${formatSignificant(found.beta, 4)} from ${found.from}, on ${found.updates.length} updates`,
      { beta: found.beta, updates: found.updates.length },
    );
  },
  undecided: (session) => {
    if (session.updates.length === 0 || readBeta(session)) return undefined;
    const isKnown = session.updates.some(({ entropyCoef }) => entropyCoef !== undefined);
    return isKnown
      ? undefined
      : "no entropy weight can be read: record entropy_coef, or the gradient at the outputs";
  },
};

/** A recorder may have written β itself as entropy_coef: the loss tells. */
function contradictedByLoss({ updates, from }: Beta): boolean {
  if (from !== "entropy_coef") return false;
  const checkable = updates.filter(
    ({ loss, coef, logProbs, entropies, values, valueLoss, hasOwnLogProbs }) =>
      loss !== undefined &&
      coef &&
      logProbs &&
      entropies &&
      !hasOwnLogProbs &&
      (!values || valueLoss !== undefined),
  );
  if (checkable.length === 0) return false;
  const offs = checkable.map((update) => {
    const policy = dot(update.coef!, update.logProbs!);
    const bonus = dot(update.entropyCoef!, update.entropies!);
    const rest = update.loss! - (update.valueLoss ?? 0) - policy;
    return { asRecorded: Math.abs(rest - bonus), negated: Math.abs(rest + bonus), size: Math.abs(bonus) };
  });
  return offs.every(({ asRecorded, negated, size }) => negated <= 0.01 * size && asRecorded > size);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += a[t]! * b[t]!;
  return sum;
}

const entropyWithoutGradient: FindingRule = {
  id: "entropy_without_gradient",
  severity: "error",
  title: "entropy is in the loss but carries no gradient",
  why: "The printed loss changes, the update does not: there is no bonus.",
  fix: "entropy = dist.entropy()   # outside no_grad, not detached",
  reference: "huggingface/trl#6140",
  detect: (session) => {
    if (entropyDifferences(session).rows.length > 0) return undefined;
    const read = session.readings.filter(({ reading }) => reading.entropyWeights !== undefined);
    const found = entropyInLoss(read, session.weightPrecision.unit);
    if (!found) return undefined;
    const { beta, isMean, residual } = found;
    const isSilent = ({ update, reading }: UpdateReading) =>
      medianSize(reading.entropyWeights!) <= (0.02 * Math.abs(beta)) / (isMean ? update.steps : 1);
    if (!found.updates.every(isSilent)) return undefined;
    return detectionOn(
      session,
      found.updates.map(({ update }) => update),
      `Expected the entropy in the loss to reach the outputs; the loss holds −${formatSignificant(beta, 4)}·${isMean ? "mean(H)" : "ΣH"} (residual ${formatSignificant(residual, 2)}), the gradient nothing of it`,
      { beta, residual, updates: found.updates.length },
    );
  },
};

/** Median of |x| over the entries that are numbers; ∞ where there is none. */
function medianSize(values: Float64Array): number {
  const sizes = values
    .filter((value) => !Number.isNaN(value))
    .map(Math.abs)
    .sort();
  return sizes[sizes.length >> 1] ?? Number.POSITIVE_INFINITY;
}

interface EntropyDifferences {
  readonly rows: readonly number[];
  readonly updates: readonly UpdateEvidence[];
  readonly compared: number;
  readonly largest: number;
  readonly isSampled: boolean;
}

/** How the recorded entropies relate to those of the recorded distribution. */
function entropyDifferences(session: Session): EntropyDifferences {
  return session.once("entropyDifferences", () => compareEntropies(session));
}

function compareEntropies(session: Session): EntropyDifferences {
  const rows: number[] = [];
  const updates: UpdateEvidence[] = [];
  let compared = 0;
  let largest = 0;
  let isSampled = true;
  const slack = Math.max(1e-9, 200 * session.policyPrecision.unit);
  for (const update of session.updates) {
    const { entropies, entropyPolicy, steps } = update;
    if (!entropyPolicy || entropies?.length !== steps) continue;
    const numbers = session.policies.ofOutputs(entropyPolicy, steps);
    const logProbs = entropyPolicy === update.ownPolicy ? update.logProbs : update.sampledLogProbs;
    const before = rows.length;
    for (let t = 0; t < steps; t++) {
      compared++;
      const size = 1 + Math.abs(numbers.entropies[t]!);
      const difference = Math.abs(entropies[t]! - numbers.entropies[t]!);
      if (!(Math.abs(entropies[t]! + (logProbs?.[t] ?? Number.NaN)) <= slack * size)) isSampled = false;
      if (difference <= slack * size) continue;
      largest = Math.max(largest, difference);
      rows.push(update.context.rows[update.places[t]!]!);
    }
    if (rows.length > before) updates.push(update);
  }
  return { rows, updates, compared, largest, isSampled };
}

const sampledEntropy: FindingRule = {
  id: "sampled_entropy",
  severity: "error",
  title: "−ln π of the sampled action stands for the entropy",
  why: "Its expected gradient is 0: it regularises nothing and only adds noise to every weight.",
  fix: "entropy = -(probs * probs.log()).sum(-1)",
  reference: "MrSyee/pg-is-all-you-need#37",
  detect: (session) => {
    const { rows, updates, compared, isSampled } = entropyDifferences(session);
    if (rows.length === 0 || !isSampled) return undefined;
    return {
      message: `Expected H = −Σ π ln π; seen −ln π(a|s) on all ${compared} steps`,
      evidence: { compared, differing: rows.length },
      rows,
      updates: updates.map(({ number }) => number),
    };
  },
};

const wrongEntropy: FindingRule = {
  id: "wrong_entropy",
  severity: "error",
  title: "the recorded entropy is not that of the recorded distribution",
  why: "The bonus pulls towards another distribution than the one that is meant.",
  fix: "entropy = dist.entropy()   # −Σ π ln π; for a Gaussian Σ (½ + ½ ln 2π + ln σ)",
  reference: "PyTorch, torch.distributions",
  detect: (session) => {
    const { rows, updates, compared, largest, isSampled } = entropyDifferences(session);
    if (rows.length === 0 || isSampled || session.logProbs?.hypothesis?.finding === "softmax_twice")
      return undefined;
    const ratio = commonRatio(session);
    const factor = ratio === undefined ? "" : `: ${formatSignificant(ratio, 4)} times it at every step`;
    return {
      message: `Expected H of the recorded outputs; ${rows.length} of ${compared} steps differ, by up to ${formatSignificant(largest, 3)}${factor}`,
      evidence: { compared, differing: rows.length, largest, ...(ratio === undefined ? {} : { ratio }) },
      rows,
      updates: updates.map(({ number }) => number),
    };
  },
  undecided: (session) =>
    entropyDifferences(session).compared > 0
      ? undefined
      : (session.evidence.unreadOutputs ??
        "record entropy beside logits (or mu and log_sigma) to compare them"),
};

/** The factor between recorded and true entropies, where it is one: 1/ln 2 for bits, 1/K for a mean. */
function commonRatio(session: Session): number | undefined {
  const ratios = session.updates.flatMap(({ entropies, entropyPolicy, steps }) => {
    if (!entropies || !entropyPolicy) return [];
    const numbers = session.policies.ofOutputs(entropyPolicy, steps);
    return Array.from(entropies, (entropy, t) => entropy / numbers.entropies[t]!);
  });
  const first = ratios[0];
  return first !== undefined && ratios.every((ratio) => Math.abs(ratio - first) <= 1e-4 * Math.abs(first))
    ? first
    : undefined;
}

/** Findings about the entropy term. */
export const entropyRules: readonly FindingRule[] = [
  entropySign,
  wrongEntropy,
  sampledEntropy,
  entropyWithoutGradient,
];
