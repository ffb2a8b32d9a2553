import type { Severity } from "../finding.ts";

/**
 * One way to form a part of a weight. `cost` says how far it is from what the rule means: of two explanations that the
 * numbers allow, the cheaper is named. Options with a finding are departures; the rest are choices.
 */
export interface WeightOption {
  readonly cost: number;
  /** Id of the finding that this option is. */
  readonly finding?: string;
  readonly severity?: Severity;
  /** What was done, to follow "the weights are those of …". */
  readonly words: string;
}

/** The rewards that the returns are made of. */
export const rewardOptions = {
  own: { cost: 0, words: "each step's own reward" },
  previous: {
    cost: 2,
    finding: "rewards_off_by_one",
    severity: "error",
    words: "the reward of the step before (0 at the first)",
  },
  next: {
    cost: 2.1,
    finding: "rewards_off_by_one",
    severity: "error",
    words: "the reward of the step after (0 at the last)",
  },
} as const satisfies Record<string, WeightOption>;

/** What is made of the rewards. */
export const returnOptions = {
  toGo: { cost: 0, words: "G, the discounted rewards to go" },
  gae: { cost: 0.4, words: "generalised advantages" },
  tdError: { cost: 0.5, words: "δ, the one-step advantage" },
  episode: {
    cost: 1.5,
    finding: "episode_return_weights",
    severity: "info",
    words: "G₀, the whole episode's return, at every step",
  },
  undiscounted: {
    cost: 1.6,
    finding: "undiscounted_returns",
    severity: "info",
    words: "rewards to go without discount",
  },
  undiscountedEpisode: {
    cost: 1.7,
    finding: "episode_return_weights",
    severity: "info",
    words: "the episode's undiscounted sum of rewards, at every step",
  },
  forward: {
    cost: 2.2,
    finding: "forward_returns",
    severity: "error",
    words: "returns summed from the first step on (r + γ·G of the step before)",
  },
  reversed: {
    cost: 2.3,
    finding: "forward_returns",
    severity: "error",
    words: "the list of returns in the wrong order",
  },
  discountedSoFar: {
    cost: 2.4,
    finding: "forward_returns",
    severity: "error",
    words: "the discounted rewards so far instead of those to come",
  },
  reward: {
    cost: 2.5,
    finding: "rewards_only",
    severity: "error",
    words: "the step's reward alone",
  },
  meanOfSum: {
    cost: 2.5,
    finding: "mean_log_prob_times_sum",
    severity: "error",
    words: "the same weight Σw/T at every step",
  },
  outerSum: {
    cost: 2.6,
    finding: "outer_product_broadcast",
    severity: "error",
    words: "the same weight Σw at every step",
  },
  outerMean: {
    cost: 2.7,
    finding: "outer_product_broadcast",
    severity: "error",
    words: "the same weight Σw/T² at every step",
  },
} as const satisfies Record<string, WeightOption>;

/** What stands after the end of a trajectory. */
export const endOptions = {
  natural: { cost: 0, words: "" },
  fitted: { cost: 0.2, words: "a value after the time limit that the trace does not hold" },
  terminal: {
    cost: 1.8,
    finding: "truncation_as_termination",
    severity: "error",
    words: "no value after a time limit",
  },
  noBootstrap: {
    cost: 1.9,
    finding: "truncation_as_termination",
    severity: "error",
    words: "no value after a time limit, nor after a rollout that goes on",
  },
  resetState: {
    cost: 2,
    finding: "bootstrap_from_reset",
    severity: "error",
    words: "the value of the next episode's first state after a time limit",
  },
  leak: {
    cost: 2,
    finding: "return_leaks_across_episodes",
    severity: "error",
    words: "the next episode's return after an episode's end",
  },
  lateMask: {
    cost: 2.1,
    finding: "shifted_done_mask",
    severity: "error",
    words: "an end mask that comes one step late",
  },
  earlyMask: {
    cost: 2.1,
    finding: "shifted_done_mask",
    severity: "error",
    words: "an end mask that comes one step early",
  },
} as const satisfies Record<string, WeightOption>;

/** What is subtracted. */
export const baselineOptions = {
  value: { cost: 0, words: "minus V" },
  ownValue: { cost: 0.2, words: "minus V as the critic has it at the update" },
  none: { cost: 0.3, words: "" },
} as const satisfies Record<string, WeightOption>;

/** Centring and scaling by the weights' own statistics. */
export const centreOptions = {
  none: { cost: 0, words: "" },
  normalisedUpdate: { cost: 1, finding: "normalised_per_episode", severity: "info", words: "normalised" },
  normalisedRollout: {
    cost: 1,
    finding: "normalised_per_episode",
    severity: "info",
    words: "normalised over the whole rollout",
  },
  normalisedEpisode: {
    cost: 1.2,
    finding: "normalised_per_episode",
    severity: "info",
    words: "normalised within each episode",
  },
  normalisedEpisodeByN: {
    cost: 1.21,
    finding: "normalised_per_episode",
    severity: "info",
    words: "normalised within each episode, by the deviation with n",
  },
  normalisedReturns: {
    cost: 1.3,
    finding: "normalised_per_episode",
    severity: "info",
    words: "returns that are normalised before V is subtracted",
  },
  normalisedReturnsByN: {
    cost: 1.31,
    finding: "normalised_per_episode",
    severity: "info",
    words: "returns that are normalised, by the deviation with n, before V is subtracted",
  },
  centredUpdate: {
    cost: 1.4,
    finding: "mean_baseline",
    severity: "info",
    words: "minus their own mean",
  },
  shiftedUpdate: {
    cost: 1.45,
    words: "minus a number that is another one in every update, such as a running mean of earlier returns",
  },
  scaledUpdate: {
    cost: 1.6,
    finding: "scaled_weights",
    severity: "info",
    words: "divided by a number that changes from update to update",
  },
} as const satisfies Record<string, WeightOption>;

/** The power of γᵗ. */
export const gammaOptions = {
  once: { cost: 0, words: "γᵗ" },
  never: { cost: 1, finding: "missing_gamma_t", severity: "info", words: "no γᵗ" },
  twice: { cost: 2, finding: "gamma_t_twice", severity: "error", words: "γ²ᵗ" },
} as const satisfies Record<string, WeightOption>;

/** Whether γᵗ comes after centring or before. */
export const orderOptions = {
  after: { cost: 0, words: "" },
  before: { cost: 0.5, words: "γᵗ inside the normalisation" },
} as const satisfies Record<string, WeightOption>;

/** What the weight is multiplied with, step by step. */
export const factorOptions = {
  one: { cost: 0, words: "" },
  clippedRatio: { cost: 0, words: "the clipped ratio" },
  ratio: { cost: 0.5, words: "the ratio, never clipped" },
  probability: {
    cost: 2,
    finding: "probability_instead_of_log",
    severity: "error",
    words: "π where ln π is meant",
  },
  unmoved: {
    cost: 2,
    finding: "stale_old_log_prob",
    severity: "error",
    words: "a ratio of 1 although the log-probabilities have moved: old is computed with the new policy",
  },
  invertedRatio: {
    cost: 2,
    finding: "inverted_ratio",
    severity: "error",
    words: "the ratio upside down",
  },
  invertedUnclipped: {
    cost: 2.2,
    finding: "inverted_ratio",
    severity: "error",
    words: "the ratio upside down, never clipped",
  },
  wrongClip: {
    cost: 2,
    finding: "wrong_clip",
    severity: "error",
    words: "the clipped surrogate alone, without the minimum",
  },
  reversedClip: {
    cost: 2.1,
    finding: "wrong_clip",
    severity: "error",
    words: "the maximum of the two surrogates",
  },
} as const satisfies Record<string, WeightOption>;

/** How the steps are put together. */
export const reductionOptions = {
  sum: { cost: 0, words: "summed" },
  episodeCount: { cost: 0.3, words: "summed over steps, averaged over episodes" },
  stepMean: { cost: 1, finding: "mean_instead_of_sum", severity: "info", words: "averaged over the steps" },
  trajectoryMean: {
    cost: 1.3,
    finding: "mean_instead_of_sum",
    severity: "info",
    words: "averaged within each episode",
  },
  meanOfMeans: {
    cost: 1.3,
    finding: "mean_instead_of_sum",
    severity: "info",
    words: "averaged within each episode, then over the episodes",
  },
} as const satisfies Record<string, WeightOption>;

/** One full description of a weight. */
export interface WeightSpec {
  readonly rewards: keyof typeof rewardOptions;
  readonly returns: keyof typeof returnOptions;
  readonly ends: keyof typeof endOptions;
  readonly baseline: keyof typeof baselineOptions;
  readonly centre: keyof typeof centreOptions;
  readonly gamma: keyof typeof gammaOptions;
  readonly order: keyof typeof orderOptions;
  readonly factor: keyof typeof factorOptions;
  readonly reduction: keyof typeof reductionOptions;
  /** λ of generalised advantages; 1 elsewhere. */
  readonly lambda: number;
  /** ε of clipped ratios; 0.2 elsewhere. */
  readonly clip: number;
}

const dimensions = {
  rewards: rewardOptions,
  returns: returnOptions,
  ends: endOptions,
  baseline: baselineOptions,
  centre: centreOptions,
  gamma: gammaOptions,
  order: orderOptions,
  factor: factorOptions,
  reduction: reductionOptions,
} as const;

export type Dimension = keyof typeof dimensions;

/** The option that a specification takes in one dimension. */
export function optionOf(spec: WeightSpec, dimension: Dimension): WeightOption {
  const options: Readonly<Record<string, WeightOption>> = dimensions[dimension];
  return options[spec[dimension]]!;
}

/** All dimensions, in the order in which their departures are told. */
export const dimensionNames = Object.keys(dimensions) as readonly Dimension[];
