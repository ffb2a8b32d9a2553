import type { PolicyOutputs, UpdateEvidence } from "./evidence.ts";
import { gaussianLogProbs, type PolicyNumbers } from "./policy.ts";

type Categorical = Extract<PolicyOutputs, { kind: "categorical" }>;
type Gaussian = Extract<PolicyOutputs, { kind: "gaussian" }>;

/** One way in which a recorded log-probability may have come about. */
export interface LogProbHypothesis {
  readonly id: string;
  /** The finding it is; undefined for what is right, or makes no difference to the gradient. */
  readonly finding: string | undefined;
  readonly words: string;
  /** What would have been recorded [T]; undefined where it does not apply. */
  predict(update: UpdateEvidence, numbers: PolicyNumbers): Float64Array | undefined;
}

/** Every hypothesis about log_prob, the right one first. Adding one is one row. */
export const logProbHypotheses: readonly LogProbHypothesis[] = [
  {
    id: "right",
    finding: undefined,
    words: "ln π(a|s)",
    predict: (_, numbers) => numbers.logProbs,
  },
  {
    id: "squashed",
    finding: undefined,
    words: "ln π of a tanh-squashed action",
    predict: ifGaussian((policy, update) => squashed(policy, update.steps, true)),
  },
  {
    id: "squashed_uncorrected",
    finding: undefined,
    words: "ln π of the action before tanh",
    predict: ifGaussian((policy, update) => squashed(policy, update.steps, false)),
  },
  {
    id: "argmax",
    finding: "argmax_log_prob",
    words: "ln π of the likeliest action",
    predict: (_, numbers) => numbers.likeliest,
  },
  {
    id: "probability",
    finding: "probability_instead_of_log",
    words: "π(a|s), not its logarithm",
    predict: (_, numbers) => numbers.logProbs.map(Math.exp),
  },
  {
    id: "softmax_twice",
    finding: "softmax_twice",
    words: "ln softmax(softmax(z))",
    predict: ifCategorical((policy, update, numbers) => twice(policy, update.steps, numbers)),
  },
  ...[1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1.1920928955078125e-7, 1e-6, 1e-5, 1e-4, 1e-3].flatMap(flooredBy),
  {
    id: "mean_over_dimensions",
    finding: "dimensions_not_summed",
    words: "the mean over the action's dimensions instead of the sum",
    predict: ifGaussian(({ dimensions }, _, numbers) =>
      dimensions > 1 ? numbers.logProbs.map((logProb) => logProb / dimensions) : undefined,
    ),
  },
  {
    id: "first_dimension",
    finding: "dimensions_not_summed",
    words: "that of the first dimension alone",
    predict: ifGaussian((policy, update) =>
      policy.dimensions > 1
        ? gaussianLogProbs(firstDimension(policy), update.steps, firstSigma(policy))
        : undefined,
    ),
  },
  {
    id: "variance_as_deviation",
    finding: "sigma_confusion",
    words: "a density whose standard deviation is σ²",
    predict: ifGaussian((policy, update) =>
      gaussianLogProbs(policy, update.steps, (at) => 2 * policy.logSigma[at]!),
    ),
  },
  {
    id: "deviation_as_variance",
    finding: "sigma_confusion",
    words: "a density whose variance is σ",
    predict: ifGaussian((policy, update) =>
      gaussianLogProbs(policy, update.steps, (at) => 0.5 * policy.logSigma[at]!),
    ),
  },
  {
    id: "log_as_deviation",
    finding: "sigma_confusion",
    words: "a density whose standard deviation is ln σ",
    predict: ifGaussian((policy, update) =>
      policy.logSigma.every((log) => log > 0)
        ? gaussianLogProbs(policy, update.steps, (at) => Math.log(policy.logSigma[at]!))
        : undefined,
    ),
  },
  ...[1, 2].map(
    (bound): LogProbHypothesis => ({
      id: `clipped_${bound}`,
      finding: "clipped_action_log_prob",
      words: `ln π of the action clipped to ±${bound}`,
      predict: ifGaussian((policy, update) => clipped(policy, update.steps, bound)),
    }),
  ),
];

function flooredBy(floor: number): LogProbHypothesis[] {
  const common = { finding: "floored_probability", words: `ln of π held above ${floor}` } as const;
  return [
    {
      ...common,
      id: `floor_${floor}`,
      predict: ifCategorical((_, __, { logProbs }) =>
        logProbs.map((logProb) => Math.log(Math.min(1 - floor, Math.max(Math.exp(logProb), floor)))),
      ),
    },
    {
      ...common,
      id: `added_${floor}`,
      words: `ln(π + ${floor})`,
      predict: ifCategorical((_, __, { logProbs }) =>
        logProbs.map((logProb) => Math.log(Math.exp(logProb) + floor)),
      ),
    },
  ];
}

type Predict = LogProbHypothesis["predict"];

function ifGaussian(
  predict: (policy: Gaussian, update: UpdateEvidence, numbers: PolicyNumbers) => Float64Array | undefined,
): Predict {
  return (update, numbers) =>
    update.policy?.kind === "gaussian" ? predict(update.policy, update, numbers) : undefined;
}

function ifCategorical(
  predict: (policy: Categorical, update: UpdateEvidence, numbers: PolicyNumbers) => Float64Array | undefined,
): Predict {
  return (update, numbers) =>
    update.policy?.kind === "categorical" ? predict(update.policy, update, numbers) : undefined;
}

/** The recorded action is tanh(u): ln N(u) − Σ ln(1 − a²), or without the correction. */
function squashed(policy: Gaussian, steps: number, corrects: boolean): Float64Array | undefined {
  const { actions, dimensions } = policy;
  if (!actions.every((action) => Math.abs(action) < 1)) return undefined;
  const result = gaussianLogProbs(
    policy,
    steps,
    (at) => policy.logSigma[at]!,
    (at) => Math.atanh(actions[at]!),
  );
  if (!corrects) return result;
  return result.map((logProb, t) => logProb - tanhCorrection(actions, t, dimensions));
}

/** Σ_d ln(1 − a_d²) of a squashed action. */
export function tanhCorrection(actions: Float64Array, t: number, dimensions: number): number {
  let sum = 0;
  for (let d = 0; d < dimensions; d++) sum += Math.log1p(-(actions[t * dimensions + d]! ** 2));
  return sum;
}

/** π already passed a softmax when it was taken as logits. */
function twice(policy: Categorical, steps: number, numbers: PolicyNumbers): Float64Array {
  const { actionCount, actions } = policy;
  const probabilities = numbers.probabilities!;
  return Float64Array.from({ length: steps }, (_, t) => {
    let sum = 0;
    for (let k = 0; k < actionCount; k++) sum += Math.exp(probabilities[t * actionCount + k]!);
    return probabilities[t * actionCount + actions[t]!]! - Math.log(sum);
  });
}

function firstDimension(policy: Gaussian): Gaussian {
  const pick = (values: Float64Array) => values.filter((_, at) => at % policy.dimensions === 0);
  return {
    ...policy,
    dimensions: 1,
    mu: pick(policy.mu),
    logSigma: pick(policy.logSigma),
    actions: pick(policy.actions),
  };
}

function firstSigma(policy: Gaussian): (at: number) => number {
  return (at) => policy.logSigma[at * policy.dimensions]!;
}

function clipped(policy: Gaussian, steps: number, bound: number): Float64Array | undefined {
  if (policy.actions.every((action) => Math.abs(action) <= bound)) return undefined;
  return gaussianLogProbs(
    policy,
    steps,
    (at) => policy.logSigma[at]!,
    (at) => Math.min(bound, Math.max(-bound, policy.actions[at]!)),
  );
}
