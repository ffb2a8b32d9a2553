import type { EpisodeEnds } from "../rl/episodeEnds.ts";
import { discountedReturns } from "../rl/returns.ts";

/** What a weight may be made of: one update's rewards and clock. */
export interface CandidateInput {
  readonly steps: number;
  readonly gamma: number;
  /** [T] */
  readonly rewards: Float64Array;
  /** [T], steps since the episode's start. */
  readonly time: Float64Array;
  readonly ends: EpisodeEnds;
  /** [T], π(A_t|S_t). */
  readonly chosenProbabilities: Float64Array;
  /** [T], V(S_t) and V of the state after each step, where the policy has a value head. */
  readonly values?: Float64Array | undefined;
  readonly nextValues?: Float64Array | undefined;
  /** [T] each, of a part of a batch: what was recorded before its first update, and π(a|s) over that at the time. */
  readonly advantages?: Float64Array | undefined;
  readonly recordedReturns?: Float64Array | undefined;
  readonly ratios?: Float64Array | undefined;
}

/** Whether a rule is the book's, a variant that people mean, or a slip. */
export type CandidateKind = "book" | "variant" | "mistake";

/** One known weight w_t: adding one is one row here, one test, one line of docs. */
export interface CandidateRule {
  readonly id: string;
  readonly kind: CandidateKind;
  /** "REINFORCE (13.3)" */
  readonly title: string;
  /** w_t as people write it: "γᵗG". */
  readonly symbol: string;
  /** w_t in the rule language. */
  readonly rule: string;
  /** Why it matters; empty for the book's rule. */
  readonly explanation: string;
  /** Whether it is meant as a mean over the steps rather than a sum. */
  readonly averaged?: true;
  /** Undefined where the update has not what the rule is made of. */
  weights(input: CandidateInput): Float64Array | undefined;
}

/** Known weights, the most likely meant first: of two that the data cannot tell apart, the earlier one is named. */
export const candidateRules: readonly CandidateRule[] = [
  {
    id: "reinforce",
    kind: "book",
    title: "REINFORCE (13.3)",
    symbol: "γᵗG",
    rule: "gamma^t * G",
    explanation: "",
    weights: (input) => timesPower(returnsOf(input), input, 1),
  },
  {
    id: "missing_gamma_t",
    kind: "variant",
    title: "REINFORCE without γᵗ",
    symbol: "G",
    rule: "G",
    explanation:
      "The book's (13.3) has γᵗG. Without γᵗ late steps weigh more, and the update is no longer the gradient of the discounted return; most libraries do this on purpose.",
    weights: returnsOf,
  },
  {
    id: "normalised_per_episode",
    kind: "variant",
    title: "REINFORCE with returns normalised over the batch",
    symbol: "(G − mean G) / std G",
    rule: "normalize(G)",
    explanation:
      "Centring and scaling by the batch's own returns changes size and sign of the weights: with a constant reward the sign then depends on t alone.",
    weights: (input) => normalised(returnsOf(input)),
  },
  {
    id: "mean_baseline",
    kind: "variant",
    title: "REINFORCE with the batch's mean return as baseline",
    symbol: "G − mean G",
    rule: "(G - mean(G))",
    explanation: "A constant baseline taken from the same returns is slightly biased; without γᵗ.",
    weights: (input) => centred(returnsOf(input)),
  },
  {
    id: "gamma_t_normalised",
    kind: "variant",
    title: "REINFORCE with γᵗ and normalised returns",
    symbol: "γᵗ(G − mean G) / std G",
    rule: "gamma^t * normalize(G)",
    explanation: "The book's γᵗ, with returns centred and scaled over the batch.",
    weights: (input) => timesPower(normalised(returnsOf(input)), input, 1),
  },
  {
    id: "gamma_t_mean_baseline",
    kind: "variant",
    title: "REINFORCE with γᵗ and the batch's mean return as baseline",
    symbol: "γᵗ(G − mean G)",
    rule: "gamma^t * (G - mean(G))",
    explanation: "The book's γᵗ, with the batch's mean return as baseline.",
    weights: (input) => timesPower(centred(returnsOf(input)), input, 1),
  },
  {
    id: "episode_return_weights",
    kind: "variant",
    title: "REINFORCE with the whole episode's return at every step",
    symbol: "G₀",
    rule: "G[0]",
    explanation: "Unbiased without γᵗ, but noisier: rewards before a step cannot depend on its action.",
    weights: firstReturns,
  },
  {
    id: "undiscounted_returns",
    kind: "variant",
    title: "REINFORCE with undiscounted returns",
    symbol: "Σ r",
    rule: "discounted_returns(r, 1)",
    explanation: "The rewards to go are summed without discount although γ is below 1.",
    weights: (input) => discountedReturns(input.rewards, 1, input.ends),
  },
  {
    id: "undiscounted_episode_return",
    kind: "variant",
    title: "REINFORCE with the episode's total reward at every step",
    symbol: "Σ₀ r",
    rule: "sum(r)",
    explanation:
      "Every step is weighted with the sum of all rewards of its episode: unbiased for γ = 1, but noisy.",
    weights: (input) => spreadFirst(discountedReturns(input.rewards, 1, input.ends), input.time),
  },
  {
    id: "baseline",
    kind: "book",
    title: "REINFORCE with baseline (13.4)",
    symbol: "γᵗ(G − V)",
    rule: "gamma^t * (G - V)",
    explanation: "",
    weights: (input) => withPower(minusValues(input), input),
  },
  {
    id: "baseline_missing_gamma_t",
    kind: "variant",
    title: "REINFORCE with a value baseline, without γᵗ",
    symbol: "G − V",
    rule: "(G - V)",
    explanation: "The book's (13.4) has γᵗ(G − V). Most libraries leave γᵗ out on purpose.",
    weights: minusValues,
  },
  {
    id: "actor_critic",
    kind: "book",
    title: "one-step actor–critic (13.5)",
    symbol: "γᵗδ",
    rule: "gamma^t * delta",
    explanation: "",
    weights: (input) => withPower(differences(input), input),
  },
  {
    id: "actor_critic_missing_gamma_t",
    kind: "variant",
    title: "one-step actor–critic without γᵗ",
    symbol: "δ",
    rule: "delta",
    explanation: "The book's (13.5) carries I = γᵗ. Most libraries leave it out on purpose.",
    weights: differences,
  },
  {
    id: "normalised_returns_baseline",
    kind: "variant",
    title: "actor–critic with returns normalised over the batch",
    symbol: "(G − mean G) / std G − V",
    rule: "(normalize(G) - V)",
    explanation: "The critic estimates normalised returns, whose scale changes from batch to batch.",
    weights: (input) => {
      const { values } = input;
      return values && normalised(returnsOf(input)).map((G, t) => G - values[t]!);
    },
  },
  {
    id: "ppo_clip",
    kind: "book",
    title: "PPO with ε = 0.2 and normalised advantages",
    symbol: "clipped ratio·Â",
    rule: "clip(ratio, 0.2) * normalize(adv)",
    explanation: "",
    averaged: true,
    weights: ({ advantages, ratios }) =>
      advantages && ratios && clippedRatios(normalised(advantages), ratios),
  },
  {
    id: "ppo_clip_plain",
    kind: "variant",
    title: "PPO with ε = 0.2",
    symbol: "clipped ratio·A",
    rule: "clip(ratio, 0.2) * adv",
    explanation: "The advantages are used as they are; most implementations scale them by minibatch.",
    averaged: true,
    weights: ({ advantages, ratios }) => advantages && ratios && clippedRatios(advantages, ratios),
  },
  {
    id: "unclipped_ratio",
    kind: "variant",
    title: "importance-weighted advantages without clipping",
    symbol: "ratio·A",
    rule: "ratio * adv",
    explanation: "Nothing holds the policy near the one that acted.",
    averaged: true,
    weights: ({ advantages, ratios }) => advantages && ratios && advantages.map((A, t) => A * ratios[t]!),
  },
  {
    id: "gamma_t_twice",
    kind: "mistake",
    title: "γᵗ applied twice",
    symbol: "γ²ᵗG",
    rule: "gamma^(2*t) * G",
    explanation: "γᵗ enters the weight twice, so late steps are all but ignored. Apply it once.",
    weights: (input) => timesPower(returnsOf(input), input, 2),
  },
  {
    id: "gamma_t_episode_return",
    kind: "mistake",
    title: "the episode's return with γᵗ",
    symbol: "γᵗG₀",
    rule: "gamma^t * G[0]",
    explanation: "G₀ holds for every step only without γᵗ; together they discount later rewards twice.",
    weights: (input) => timesPower(firstReturns(input), input, 1),
  },
  {
    id: "rewards_only",
    kind: "mistake",
    title: "the reward alone instead of the return",
    symbol: "r",
    rule: "r",
    explanation: "A step is credited with its own reward only; what it leads to is ignored.",
    weights: (input) => input.rewards.slice(),
  },
  {
    id: "discounted_rewards_only",
    kind: "mistake",
    title: "the discounted reward instead of the return",
    symbol: "γᵗr",
    rule: "gamma^t * r",
    explanation: "A step is credited with its own reward only; what it leads to is ignored.",
    weights: (input) => timesPower(input.rewards.slice(), input, 1),
  },
  {
    id: "forward_returns",
    kind: "mistake",
    title: "returns summed in the wrong direction",
    symbol: "forward G",
    rule: "(r + gamma * G_before)",
    explanation:
      "The running sum starts at the first step, so a step is credited with rewards that came before it. Iterate from the last step to the first.",
    weights: forwardReturns,
  },
  {
    id: "probability_instead_of_log",
    kind: "mistake",
    title: "the probability where its logarithm is meant",
    symbol: "γᵗGπ",
    rule: "gamma^t * G * pi(A|S)",
    explanation: "∇π = π∇ln π, so unlikely actions hardly learn. Use log_pi.",
    weights: (input) => timesChosen(timesPower(returnsOf(input), input, 1), input),
  },
  {
    id: "probability_instead_of_log_no_gamma_t",
    kind: "mistake",
    title: "the probability where its logarithm is meant, without γᵗ",
    symbol: "Gπ",
    rule: "G * pi(A|S)",
    explanation: "∇π = π∇ln π, so unlikely actions hardly learn. Use log_pi.",
    weights: (input) => timesChosen(returnsOf(input), input),
  },
  {
    id: "constant",
    kind: "mistake",
    title: "one weight for all steps",
    symbol: "1",
    rule: "1",
    explanation:
      "Every step has the same weight whatever its return: no credit is assigned. Multiply return and log_pi step by step, then sum.",
    weights: (input) => new Float64Array(input.steps).fill(1),
  },
];

function returnsOf(input: CandidateInput): Float64Array {
  return discountedReturns(input.rewards, input.gamma, input.ends);
}

function firstReturns(input: CandidateInput): Float64Array {
  return spreadFirst(returnsOf(input), input.time);
}

/** Every step's value becomes that of its episode's first step. */
function spreadFirst(values: Float64Array, time: Float64Array): Float64Array {
  let first = 0;
  return values.map((value, t) => {
    if (t === 0 || time[t] === 0) first = value;
    return first;
  });
}

function timesPower(values: Float64Array, input: CandidateInput, power: number): Float64Array {
  return values.map((value, t) => value * input.gamma ** (power * (input.time[t] as number)));
}

function timesChosen(values: Float64Array, input: CandidateInput): Float64Array {
  return values.map((value, t) => value * (input.chosenProbabilities[t] as number));
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function normalised(values: Float64Array): Float64Array {
  const differences = centred(values);
  const variance = differences.reduce((sum, value) => sum + value * value, 0) / (values.length - 1);
  return differences.map((value) => value / Math.sqrt(variance));
}

/** f_t = r_t + γ f_{t−1}: the running sum of a loop that goes the wrong way. */
function forwardReturns(input: CandidateInput): Float64Array {
  let running = 0;
  return input.rewards.map((reward, t) => {
    running = input.time[t] === 0 ? reward : reward + input.gamma * running;
    return running;
  });
}

/** ratio·A where the smaller of the two surrogates is the unclipped one, else 0. Schulman et al. (2017), equation 7. */
function clippedRatios(advantages: Float64Array, ratios: Float64Array): Float64Array {
  const epsilon = 0.2;
  return advantages.map((A, t) => {
    const ratio = ratios[t]!;
    return (A > 0 ? ratio <= 1 + epsilon : ratio >= 1 - epsilon) ? ratio * A : 0;
  });
}

/** G_t − V(S_t). */
function minusValues(input: CandidateInput): Float64Array | undefined {
  const { values } = input;
  return values && returnsOf(input).map((G, t) => G - values[t]!);
}

/** δ_t = r_t + γ·V(S_{t+1}) − V(S_t). */
function differences({ rewards, values, nextValues, gamma }: CandidateInput): Float64Array | undefined {
  if (!values || !nextValues) return undefined;
  return rewards.map((reward, t) => reward + gamma * nextValues[t]! - values[t]!);
}

function withPower(values: Float64Array | undefined, input: CandidateInput): Float64Array | undefined {
  return values && timesPower(values, input, 1);
}
