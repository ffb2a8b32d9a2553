import { formatSignificant } from "../../scale.ts";
import type { Detection } from "../finding.ts";
import type { FindingRule } from "../findingRule.ts";
import type { Session } from "../session.ts";
import { fitWords } from "../weights/describe.ts";
import { departuresOf, isOneWeight } from "../weights/enumerate.ts";
import type { WeightOption, WeightSpec } from "../weights/options.ts";
import type { Explanation } from "../weights/search.ts";

/** A rule of the table whose detection is a departure of the weights' explanation. */
type WeightRule = Omit<FindingRule, "detect"> & { readonly expected: string };

const sutton = "Sutton & Barto, Reinforcement Learning (2nd ed.), 13.3";

const table: readonly WeightRule[] = [
  {
    id: "missing_gamma_t",
    severity: "info",
    title: "γᵗ is missing",
    expected: "γᵗG",
    why: "The book's rule has γᵗG. Without γᵗ late steps weigh more, and the update is not the gradient of the discounted return (of no function at all). Most libraries leave it out on purpose.",
    fix: "loss = -(gamma**t * G * log_prob).sum()   # or say that the undiscounted variant is meant",
    reference: `${sutton}; Nota & Thomas (2020), arXiv 1906.07073`,
    undecided: (session) =>
      session.updates.every(({ gamma }) => gamma === 1)
        ? "γ = 1: with γᵗ and without are the same"
        : undefined,
  },
  {
    id: "gamma_t_twice",
    severity: "error",
    title: "γᵗ is applied twice",
    expected: "γᵗG",
    why: "With γ²ᵗ late steps are all but ignored. G_t already discounts the rewards after t; γᵗ is multiplied once.",
    fix: "loss = -(gamma**t * G * log_prob).sum()   # once, and G starts at reward t undiscounted",
    reference: sutton,
  },
  {
    id: "episode_return_weights",
    severity: "info",
    title: "every step is weighted with the whole episode's return",
    expected: "the return from the step on",
    why: "Rewards before a step cannot depend on its action: without γᵗ they only add noise. With γᵗ the weights are biased.",
    fix: "G[t] = r[t] + gamma * G[t + 1]   # rewards to go, not the sum over the episode",
    reference: "OpenAI Spinning Up, part 3: don't let the past distract you",
  },
  {
    id: "undiscounted_returns",
    severity: "info",
    title: "returns are summed without discount although γ < 1",
    expected: "G with the recorded γ",
    why: "The update follows the undiscounted return; the recorded γ is not used.",
    fix: "G = r[t] + gamma * G",
    reference: sutton,
  },
  {
    id: "forward_returns",
    severity: "error",
    title: "returns are summed in the wrong direction",
    expected: "G_t = r_t + γG_{t+1}",
    why: "A step is credited with rewards that came before it, which its action cannot have caused.",
    fix: "for r in reversed(rewards): G = r + gamma * G; returns.insert(0, G)",
    reference: `${sutton}, equation 3.9`,
  },
  {
    id: "return_leaks_across_episodes",
    severity: "error",
    title: "the return of one episode leaks into the one before",
    expected: "G_t = r_t at the last step of an episode",
    why: "The last step of an episode is credited with the next episode's return.",
    fix: "G = r + gamma * G * (1 - done)   # start anew where an episode ends",
    reference: `${sutton}, equation 3.9`,
  },
  {
    id: "rewards_off_by_one",
    severity: "error",
    title: "rewards are shifted by one step",
    expected: "the reward that followed the step's own action",
    why: "Every step is credited with another step's reward. It goes unnoticed where all rewards are equal, and ruins learning where they are sparse.",
    fix: "obs, reward, … = env.step(action); rewards.append(reward)   # after the step, beside its own log_prob",
    reference: "openai/spinningup#50",
  },
  {
    id: "mean_log_prob_times_sum",
    severity: "error",
    title: "mean of log π times the sum of returns",
    expected: "one weight for each step",
    why: "All steps get the same weight: no credit is assigned to anything.",
    fix: "loss = -(log_probs * returns).sum()   # multiply step by step, then sum",
    reference: "Farama-Foundation/Gymnasium#1336",
  },
  {
    id: "outer_product_broadcast",
    severity: "error",
    title: "[T,1] times [T] made a T × T product",
    expected: "one weight for each step",
    why: "Broadcasting multiplies every log π with every return, so each step gets the sum of all weights; with normalised returns that is 0.",
    fix: "assert log_probs.shape == returns.shape   # squeeze(-1) one of them",
    reference: "pytorch/rl#1243",
  },
  {
    id: "mean_instead_of_sum",
    severity: "info",
    title: "averaged over the steps instead of summed",
    expected: "the sum over an episode's steps",
    why: "A mean divides each episode's update by its length. Under SGD the step shrinks by T and long episodes weigh less; under Adam the scale all but cancels.",
    fix: "loss = -(weights * log_prob).sum()   # .mean() only over episodes",
    reference: "openai/spinningup#59",
  },
  {
    id: "probability_instead_of_log",
    severity: "error",
    title: "the probability stands where its logarithm is meant",
    expected: "∇ln π",
    why: "∇π = π∇ln π: unlikely actions hardly learn, and the estimate is biased.",
    fix: "log_prob = torch.log_softmax(logits, -1)[action]",
    reference: sutton,
  },
  {
    id: "normalised_per_episode",
    severity: "info",
    title: "weights are normalised within one episode",
    expected: "returns as they are",
    why: "Centring and scaling by the episode's own returns makes the sign depend on t: with constant rewards the last steps are always punished, however good the episode.",
    fix: "normalise over a batch of episodes, or subtract V(s)",
    reference: "pytorch/examples#590",
  },
  {
    id: "mean_baseline",
    severity: "info",
    title: "the mean of the same returns is the baseline",
    expected: "returns as they are",
    why: "The mean contains the step's own return, so the estimate is slightly biased.",
    fix: "subtract V(s), or a mean of earlier episodes",
    reference: "Sutton & Barto (2nd ed.), 13.4",
  },
  {
    id: "rewards_only",
    severity: "error",
    title: "the reward alone instead of the return",
    expected: "the return from the step on",
    why: "What an action leads to is ignored beyond its own reward.",
    fix: "G = r[t] + gamma * G",
    reference: sutton,
  },
  {
    id: "shifted_done_mask",
    severity: "error",
    title: "the mask of episode ends is shifted by one step",
    expected: "an end that cuts at the step whose action ended the episode",
    why: "Values leak over the real end, and a step beside it is cut off.",
    fix: "delta = r[t] + gamma * (1 - done[t]) * V[t + 1] - V[t]   # done[t]: step t ended the episode",
    reference: "DLR-RM/stable-baselines3#105",
  },
  {
    id: "wrong_clip",
    severity: "error",
    title: "the clipped surrogate has the wrong form",
    expected: "min(A·ratio, A·clip(ratio))",
    why: "Without the minimum a step that went too far the wrong way is not called back.",
    fix: "loss = -torch.min(ratio * A, ratio.clamp(1 - eps, 1 + eps) * A).mean()",
    reference: "Schulman et al. (2017), equation 7",
  },
  {
    id: "stale_old_log_prob",
    severity: "error",
    title: "the old log-probability is not that of sampling",
    expected: "exp(new − old) with old as sampled",
    why: "The ratio is 1 in every epoch, so the clip never acts and the policy may move anywhere.",
    fix: "store log_prob at sampling, without gradient, and do not recompute it",
    reference: "thu-ml/tianshou#745",
  },
  {
    id: "inverted_ratio",
    severity: "error",
    title: "the probability ratio is upside down",
    expected: "exp(new − old)",
    why: "The gradient has the opposite sign and grows where the new policy is less likely.",
    fix: "ratio = torch.exp(new_log_prob - old_log_prob)",
    reference: "openai/baselines#652",
  },
];

/** Every finding that is a departure of the weights c_t from the rule. */
export const weightRules: readonly FindingRule[] = table.map(({ expected, ...rule }) => ({
  ...rule,
  detect: (session) => detectDeparture(session, rule.id, expected),
}));

/** The update descends what it should climb. */
export const wrongSign: FindingRule = {
  id: "wrong_sign",
  severity: "error",
  title: "the update descends the return",
  why: "An optimiser minimises the loss, so what should grow needs a minus sign in front of it.",
  fix: "loss = -(weights * log_prob).sum()",
  reference: sutton,
  detect: (session) => {
    const explained = session.weights.explained.filter(({ fit }) => fit.scale < 0);
    if (explained.length > 0) {
      const { spec, fit, possible } = explained[0]!;
      const words = fitWords(spec, fit, possible);
      return fromExplanations(session, explained, `Expected κ > 0, seen ${words}`);
    }
    const { losses } = session;
    if (!losses || losses.scale >= 0) return undefined;
    return fromLosses(session, "Expected κ > 0, seen");
  },
  undecided: unreadable,
};

/** A constant factor that no rule explains. */
export const scaledWeights: FindingRule = {
  id: "scaled_weights",
  severity: "info",
  title: "the weights are scaled by a constant factor",
  why: "A factor scales the step under SGD and all but cancels under Adam.",
  fix: "put the factor into the learning rate, or say it in the loss",
  reference: sutton,
  detect: (session) => {
    if (!session.trustsOutputs) return undefined;
    const explained = session.weights.explained.filter(
      ({ scaleKind, spec }) => scaleKind !== "one" && !isHalfBaseline(spec, scaleKind) && !isOneWeight(spec),
    );
    if (explained.length === 0) return undefined;
    const { spec, fit, possible } = explained[0]!;
    return fromExplanations(session, explained, `Expected κ = 1, seen ${fitWords(spec, fit, possible)}`);
  },
};

/** A baseline that was moved towards this return before it was subtracted. */
export const baselineSeesReturn: FindingRule = {
  id: "baseline_sees_return",
  severity: "warning",
  title: "the baseline was updated with this return before it was subtracted",
  why: "G − V shrinks by the critic's step size at every step, by the very return it is compared with.",
  fix: "delta = G - V(s)   # before the critic's optimiser steps",
  reference: "Sutton & Barto (2nd ed.), 13.4 (box)",
  detect: (session) => {
    const explained = session.weights.explained.filter(({ spec, scaleKind, fit }) => {
      const isShrunk = Math.abs(fit.scale) < 1 && Math.abs(fit.scale) > 0.05;
      return isShrunk && isHalfBaseline(spec, scaleKind);
    });
    if (explained.length === 0) return undefined;
    const { fit } = explained[0]!;
    const words = `(G − V used)/(G − V before) = ${formatSignificant(fit.scale, 4)} at every step`;
    return fromExplanations(
      session,
      explained,
      `Expected G − V with the value before its update; seen ${words}`,
    );
  },
};

function isHalfBaseline(spec: WeightSpec, scaleKind: Explanation["scaleKind"]): boolean {
  return scaleKind === "constant" && spec.baseline === "value" && spec.returns === "toGo";
}

function detectDeparture(session: Session, id: string, expected: string): Detection | undefined {
  const explained = session.weights.explained.filter(({ spec, possible }) =>
    departuresOf(spec, possible).some((option) => option.finding === id),
  );
  if (explained.length === 0) return detectInLosses(session, id, expected);
  const [first] = explained as [Explanation];
  const option = departuresOf(first.spec, first.possible).find(({ finding }) => finding === id)!;
  if (id === "truncation_as_termination") return undefined;
  const message = `Expected ${expected}; seen ${option.words}: ${fitWords(first.spec, first.fit, first.possible)}`;
  const detection = fromExplanations(session, explained, message);
  return isBiasedEpisodeReturn(id, first) ? { ...detection, severity: "error" } : detection;
}

/** G₀ is legal only without γᵗ, or where γᵗ is 1. */
function isBiasedEpisodeReturn(id: string, { spec, possible }: Explanation): boolean {
  return id === "episode_return_weights" && possible.discounts && spec.gamma !== "never";
}

function detectInLosses(session: Session, id: string, expected: string): Detection | undefined {
  const { losses } = session;
  if (!losses || losses.isAmbiguous) return undefined;
  const option = departuresOf(losses.spec, losses.possible).find(({ finding }) => finding === id);
  return option && fromLosses(session, `Expected ${expected}; the losses are those of ${option.words}:`);
}

function fromLosses(session: Session, words: string): Detection {
  const losses = session.losses!;
  return {
    message: `${words} ${fitWords(losses.spec, losses, losses.possible)} (from the loss of ${losses.updates.length} updates)`,
    evidence: { kappa: losses.scale, residual: losses.residual, updates: losses.updates.length },
    rows: losses.updates.flatMap((update) => Array.from(session.rowsOf(update))),
    updates: losses.updates.map(({ number }) => number),
  };
}

/** A detection on all steps of the updates that these explanations cover. */
export function fromExplanations(
  session: Session,
  explained: readonly Explanation[],
  message: string,
): Detection {
  const updates = explained.flatMap((explanation) => explanation.updates.map(({ update }) => update));
  const { fit } = explained[0]!;
  return {
    message: `${message}, on ${updates.length} of ${session.readings.length} updates`,
    evidence: { kappa: fit.scale, residual: fit.residual, updates: updates.length },
    rows: updates.flatMap((update) => Array.from(session.rowsOf(update))),
    updates: updates.map(({ number }) => number),
  };
}

/** Why no weight can be read; undefined where some can. */
function unreadable(session: Session): string | undefined {
  if (session.updates.length === 0) return "no update is recorded; record one (coef, logits_grad, or loss)";
  if (session.weights.explained.length > 0 || session.losses) return undefined;
  if (session.readings.length > 0) return undefined;
  return "the weights cannot be read: record coef (∂loss/∂log_prob), logits_grad or mu_grad, or the loss of more updates";
}

/** The departures of an explanation, for those that tell of it in their own words. */
export function departureOf(explanation: Explanation, id: string): WeightOption | undefined {
  return departuresOf(explanation.spec, explanation.possible).find(({ finding }) => finding === id);
}
