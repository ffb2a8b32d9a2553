import { formatSignificant } from "../../scale.ts";
import { detectionOn } from "../detectionOn.ts";
import type { PolicyOutputs, UpdateEvidence } from "../evidence.ts";
import type { Detection } from "../finding.ts";
import type { FindingRule } from "../findingRule.ts";
import { differsAt, type Scoring } from "../logProbCheck.ts";
import { tanhCorrection } from "../logProbHypotheses.ts";
import type { Session } from "../session.ts";

/** What log_prob must be, told where a hypothesis about it is confirmed. */
function fromHypothesis(session: Session, finding: string): Detection | undefined {
  const check = session.logProbs;
  if (!check || check.hypothesis?.finding !== finding) return undefined;
  const share = `${check.wrongRows.length} of ${check.compared} steps`;
  return {
    message: `Expected log_prob = ln π(a|s) of the action taken; seen ${check.hypothesis.words} on every step (they differ on ${share}, by up to ${formatSignificant(check.largestDifference, 3)})`,
    ...differences(check),
  };
}

/** Where the recorded log-probabilities differ from those of the outputs, and by how much. */
function differences(check: NonNullable<Session["logProbs"]>): Omit<Detection, "message"> {
  return {
    evidence: {
      differing: check.wrongRows.length,
      compared: check.compared,
      largest: check.largestDifference,
    },
    rows: check.wrongRows,
    updates: check.wrongUpdates.map(({ number }) => number),
  };
}

function noOutputs(session: Session): string | undefined {
  if (session.logProbs) return undefined;
  return (
    session.evidence.unreadOutputs ?? "record log_prob beside logits (or mu and log_sigma) to compare them"
  );
}

type Words = Pick<FindingRule, "severity" | "title" | "why" | "fix" | "reference">;

const hypothesisTable: Readonly<Record<string, Words>> = {
  argmax_log_prob: {
    severity: "error",
    title: "log_prob is that of the likeliest action, not of the one taken",
    why: "The action that was taken is not made more or less likely by what it earned; the most likely one is.",
    fix: "log_prob = dist.log_prob(action)   # the sampled action, not probs.argmax()",
    reference: "Sutton & Barto (2nd ed.), 13.3; huggingface/deep-rl-class#582",
  },
  softmax_twice: {
    severity: "error",
    title: "softmax is applied twice",
    why: "Probabilities taken as logits cannot come near 0 or 1: with two actions the larger stays below 0.7311.",
    fix: "Categorical(logits=z), or Categorical(probs=softmax(z)), not Categorical(logits=softmax(z))",
    reference: "PyTorch, torch.distributions.Categorical",
  },
  floored_probability: {
    severity: "warning",
    title: "probabilities are held above a floor before the logarithm",
    why: "At the floor log π is constant and its gradient 0: a step that was taken there teaches nothing.",
    fix: "log_prob = torch.log_softmax(logits, -1)[action]   # exact at any logits",
    reference: "PyTorch, torch.log_softmax",
  },
  sigma_confusion: {
    severity: "error",
    title: "σ, σ² and ln σ are mixed up",
    why: "The density that is learned is not the one that actions are drawn from.",
    fix: "dist = Normal(mu, log_sigma.exp())   # the second argument is the standard deviation",
    reference: "Sutton & Barto (2nd ed.), 13.7",
  },
};

const fromTable = Object.entries(hypothesisTable)
  .filter(([id]) => id !== "softmax_twice" && id !== "sigma_confusion")
  .map(
    ([id, words]): FindingRule => ({
      id,
      ...words,
      detect: (session) => fromHypothesis(session, id),
      undecided: noOutputs,
    }),
  );

const softmaxTwice: FindingRule = {
  id: "softmax_twice",
  ...hypothesisTable.softmax_twice!,
  detect: (session) => fromHypothesis(session, "softmax_twice") ?? logitsAreProbabilities(session),
};

/** Rows of "logits" that lie in [0, 1] and sum to 1, and that were taken as logits. */
function logitsAreProbabilities(session: Session): Detection | undefined {
  if (session.logProbs && session.logProbs.hypothesis?.id !== "right") return undefined;
  let steps = 0;
  let largest = 0;
  const slack = Math.max(1e-9, 10 * session.policyPrecision.unit);
  const rows: number[] = [];
  for (const update of session.updates) {
    const { policy } = update;
    if (policy?.kind !== "categorical" || policy.actionCount < 2) return undefined;
    for (let t = 0; t < update.steps; t++) {
      const row = policy.logits.subarray(t * policy.actionCount, (t + 1) * policy.actionCount);
      const sum = row.reduce((total, value) => total + value, 0);
      if (Math.abs(sum - 1) > slack || row.some((value) => value < 0 || value > 1)) return undefined;
      largest = Math.max(largest, ...row);
      steps++;
      rows.push(update.context.rows[update.places[t]!]!);
    }
  }
  if (steps < 5) return undefined;
  return {
    message: `Expected logits of any size; seen rows that lie in [0, 1] and sum to 1 on all ${steps} steps (largest ${formatSignificant(largest, 3)}), taken through softmax again`,
    evidence: { steps, largest },
    rows,
    updates: session.updates.map(({ number }) => number),
  };
}

/** Log-probabilities that no hypothesis explains: of an older policy, or of another forward pass. */
interface Drift {
  readonly kind: "stale" | "noisy";
  readonly detection: Detection;
}

function drift(session: Session): Drift | undefined {
  if (oneSidedUpdates(session).length > 0) return undefined;
  const check = session.logProbs;
  if (!check || check.wrongRows.length === 0 || check.hypothesis) return ownDrift(session);
  const first = session.updates.find(({ policy }) => policy);
  const startsRight = first !== undefined && !check.wrongUpdates.includes(first);
  const startsRightInside = first !== undefined && check.wrongRows[0] !== session.rowsOf(first)[0];
  const kind = startsRight || startsRightInside || isSmooth(session) ? "stale" : "noisy";
  const since = startsRight ? ` from update ${check.wrongUpdates[0]!.number} on` : "";
  return {
    kind,
    detection: {
      message: `Expected log_prob = ln π(a|s) of the outputs that the action was drawn from; seen differences up to ${formatSignificant(check.largestDifference, 3)} on ${check.wrongRows.length} of ${check.compared} steps${since}`,
      ...differences(check),
    },
  };
}

/** The same for log-probabilities that an update recomputed before any parameter had changed. */
function ownDrift(session: Session): Drift | undefined {
  const first = session.updates.filter(
    (update) => update.hasOwnLogProbs && !update.isRollout && update.sampledLogProbs?.length === update.steps,
  );
  const scorings = new Map(session.logProbs?.scorings.map((scoring) => [scoring.update, scoring]));
  const rows: number[] = [];
  const updates = first.filter((update) => {
    const before = rows.length;
    const differs = recordedTwice(session, update, scorings.get(update));
    for (let t = 0; t < update.steps; t++) if (differs(t)) rows.push(session.rowsOf(update)[t]!);
    return rows.length > before;
  });
  if (rows.length === 0) return undefined;
  const kind = updates[0] === first[0] ? "noisy" : "stale";
  const total = first.reduce((sum, { steps }) => sum + steps, 0);
  return {
    kind,
    detection: {
      message: `Expected the update's log_prob to be that of sampling, since nothing had changed in between; they differ on ${rows.length} of ${total} steps`,
      evidence: { differing: rows.length, compared: total },
      rows,
      updates: updates.map(({ number }) => number),
    },
  };
}

/** Tells at which steps an update's log-probabilities are others than those of sampling, beyond rounding. */
function recordedTwice(
  session: Session,
  { logProbs, sampledLogProbs }: UpdateEvidence,
  scoring: Scoring | undefined,
): (t: number) => boolean {
  const precision = session.policyPrecision;
  const own = logProbs!;
  const sampled = sampledLogProbs!;
  if (scoring) {
    const others = scoring.logProbs === own ? sampled : own;
    return (t) => differsAt(scoring, others, t, precision);
  }
  const slack = Math.max(1e-9, 100 * precision.unit);
  return (t) => Math.abs(own[t]! - sampled[t]!) > slack * (1 + Math.abs(own[t]!));
}

/**
 * Whether the differences follow the outputs smoothly, as those of an older policy do: the difference of one step tells
 * much of the next one's. Noise of another forward pass does not.
 */
function isSmooth(session: Session): boolean {
  let product = 0;
  let square = 0;
  const { scorings, base } = session.logProbs!;
  for (const { policy, numbers, logProbs, update } of scorings) {
    const meant = base.predict(policy, update.steps, numbers)!;
    const shifts = logProbs.map((value, t) => signedShift(policy, t, value - meant[t]!));
    for (let t = 1; t < shifts.length; t++) {
      product += shifts[t]! * shifts[t - 1]!;
      square += shifts[t]! ** 2;
    }
  }
  return square > 0 && product / square > 0.5;
}

/** With two actions a shift of ln π_a is one of the logit difference, whose sign depends on the action. */
function signedShift(policy: PolicyOutputs, t: number, difference: number): number {
  if (policy.kind === "categorical") return policy.actions[t] === 0 ? difference : -difference;
  return difference * Math.sign(policy.actions[t * policy.dimensions]! - policy.mu[t * policy.dimensions]!);
}

const staleLogProbs: FindingRule = {
  id: "stale_log_probs",
  severity: "error",
  title: "log_prob belongs to another policy than the one that acted",
  why: "The policy gradient is only right for actions drawn from the policy whose log π is differentiated; older data needs importance weights.",
  fix: "collect the episode, compute loss, zero_grad, backward, step once, then throw the data away",
  reference: "thu-ml/tianshou#404",
  detect: (session) => {
    const found = drift(session);
    return found?.kind === "stale" ? found.detection : undefined;
  },
  undecided: noOutputs,
};

const stochasticLayers: FindingRule = {
  id: "stochastic_layers",
  severity: "error",
  title: "two forward passes of the same policy differ (dropout or another mode)",
  why: "log π that is differentiated is not that of the network that acted.",
  fix: "keep the sampling graph, or recompute with the same mask; policy.eval() while both run",
  reference: "huggingface/trl#1540",
  detect: (session) => {
    const found = drift(session);
    return found?.kind === "noisy" ? found.detection : undefined;
  },
};

const actingGreedily: FindingRule = {
  id: "acting_greedily",
  severity: "error",
  title: "the likeliest action is always taken",
  why: "The policy gradient needs actions drawn from π; a greedy actor never sees what the others would have earned.",
  fix: "action = dist.sample()   # argmax only for evaluation",
  reference: "starry-sky6688/MARL-Algorithms#94",
  detect: greedy,
  undecided: (session) =>
    session.updates.some(({ policy }) => policy)
      ? undefined
      : (session.evidence.unreadOutputs ?? "record logits (or mu and log_sigma)"),
};

/**
 * ln of the probability that sampling takes the likeliest action at every step: below the first it is not chance, below
 * the second it hardly is.
 */
const excluded = Math.log(1e-6);
const unlikely = Math.log(1e-3);

function greedy(session: Session): Detection | undefined {
  let logChance = 0;
  const rows = new Set<number>();
  for (const update of session.updates) {
    const numbers = session.policies.of(update);
    if (!numbers || !update.policy) continue;
    for (let t = 0; t < update.steps; t++) {
      const gap = numbers.likeliest[t]! - numbers.logProbs[t]!;
      if (!(gap <= 1e-9)) return undefined;
      const row = update.context.rows[update.places[t]!]!;
      // Every epoch sees the same draws again.
      if (rows.has(row)) continue;
      logChance += logChanceOfLikeliest(update.policy, t, numbers.likeliest[t]!);
      rows.add(row);
    }
  }
  if (rows.size === 0 || logChance > unlikely) return undefined;
  return {
    message: `Expected actions drawn from π; seen the likeliest one at all ${rows.size} steps, which sampling does with probability ${probabilityWords(logChance)}`,
    evidence: { steps: rows.size, logProbability: logChance },
    rows: [...rows],
    updates: session.updates.map(({ number }) => number),
    ...(logChance > excluded ? { severity: "warning" } : {}),
  };
}

/** "2.3e−4", or a power of e where no number of the machine is so small. */
function probabilityWords(logProbability: number): string {
  const probability = Math.exp(logProbability);
  return probability > 1e-300
    ? formatSignificant(probability, 2)
    : `e^${formatSignificant(logProbability, 3)}`;
}

/** ln of the probability that sampling takes a likeliest action, of which there may be several; a mean is never drawn. */
function logChanceOfLikeliest(policy: PolicyOutputs, t: number, likeliest: number): number {
  if (policy.kind === "gaussian") return excluded / 3;
  const row = policy.logits.subarray(t * policy.actionCount, (t + 1) * policy.actionCount);
  const largest = Math.max(...row);
  return likeliest + Math.log(row.reduce((count, logit) => count + (largest - logit <= 1e-9 ? 1 : 0), 0));
}

const oneSidedTanh: FindingRule = {
  id: "one_sided_tanh_correction",
  severity: "error",
  title: "the tanh correction stands on one side of the ratio",
  why: "The ratio of the first step is not 1 but the product of 1 − tanh²: every ratio is off by it.",
  fix: "subtract log(1 - tanh(u)**2) from both log-probs, or from none",
  reference: "automl/Mighty#118",
  detect: (session) => {
    const updates = oneSidedUpdates(session);
    if (updates.length === 0) return undefined;
    return detectionOn(
      session,
      updates,
      `Expected a ratio of 1 before the first step; seen ln ratio = Σ ln(1 − a²) on ${updates.length} updates`,
      { updates: updates.length },
    );
  },
};

/** Updates whose log-probabilities differ from those of sampling by the correction for tanh alone. */
function oneSidedUpdates(session: Session): readonly UpdateEvidence[] {
  return session.once("oneSidedTanh", () =>
    session.updates.filter(({ policy, logProbs, sampledLogProbs, hasOwnLogProbs }) => {
      if (policy?.kind !== "gaussian" || !hasOwnLogProbs || !sampledLogProbs || !logProbs) return false;
      if (!policy.actions.every((action) => Math.abs(action) < 1)) return false;
      return logProbs.every((own, t) => {
        const correction = tanhCorrection(policy.actions, t, policy.dimensions);
        return Math.abs(Math.abs(own - sampledLogProbs[t]!) + correction) <= 1e-4 * (1 - correction);
      });
    }),
  );
}

/** Findings about what the policy put out, what was drawn from it and what was recorded as its log-probability. */
export const policyRules: readonly FindingRule[] = [
  ...fromTable,
  softmaxTwice,
  staleLogProbs,
  stochasticLayers,
  actingGreedily,
  oneSidedTanh,
];

/** For Gaussian rules, which add tests of the drawn actions. */
export { fromHypothesis, hypothesisTable };
