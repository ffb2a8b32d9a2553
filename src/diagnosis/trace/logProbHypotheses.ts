import type { CategoricalOutputs, GaussianOutputs, PolicyOutputs } from "./evidence.ts";
import { gaussianLogProbs, type PolicyNumbers } from "./policy.ts";

/** One way in which a recorded log-probability may have come about. */
export interface LogProbHypothesis {
  readonly id: string;
  /** The finding it is; undefined for what is right, or makes no difference to the gradient. */
  readonly finding: string | undefined;
  readonly words: string;
  /** What would have been recorded [T], NaN where that cannot be told; undefined where it does not apply. */
  predict(policy: PolicyOutputs, steps: number, numbers: PolicyNumbers): Float64Array | undefined;
}

/** Every hypothesis about log_prob, the right one first. Adding one is one row. */
export const logProbHypotheses: readonly LogProbHypothesis[] = [
  {
    id: "right",
    finding: undefined,
    words: "ln π(a|s)",
    predict: (_, __, numbers) => numbers.logProbs,
  },
  ...[0, 1e-6, 1e-7, 1e-5].map(
    (epsilon): LogProbHypothesis => ({
      id: "squashed",
      finding: undefined,
      words: "ln π of a tanh-squashed action",
      predict: ifGaussian((policy, steps) => squashed(policy, steps, epsilon)),
    }),
  ),
  {
    id: "squashed_uncorrected",
    finding: undefined,
    words: "ln π of the action before tanh",
    predict: ifGaussian((policy, steps) => squashed(policy, steps, undefined)),
  },
  {
    id: "argmax",
    finding: "argmax_log_prob",
    words: "ln π of the likeliest action",
    predict: (_, __, numbers) => numbers.likeliest,
  },
  {
    id: "probability",
    finding: "probability_instead_of_log",
    words: "π(a|s), not its logarithm",
    predict: (_, __, numbers) => numbers.logProbs.map(Math.exp),
  },
  {
    id: "softmax_twice",
    finding: "softmax_twice",
    words: "ln softmax(softmax(z))",
    predict: ifCategorical((policy, steps, numbers) => twice(policy, steps, numbers)),
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
    predict: ifGaussian((policy, steps) =>
      policy.dimensions > 1 ? gaussianLogProbs(firstDimension(policy), steps, firstSigma(policy)) : undefined,
    ),
  },
  {
    id: "variance_as_deviation",
    finding: "sigma_confusion",
    words: "a density whose standard deviation is σ²",
    predict: ifGaussian((policy, steps) => gaussianLogProbs(policy, steps, (at) => 2 * policy.logSigma[at]!)),
  },
  {
    id: "deviation_as_variance",
    finding: "sigma_confusion",
    words: "a density whose variance is σ",
    predict: ifGaussian((policy, steps) =>
      gaussianLogProbs(policy, steps, (at) => 0.5 * policy.logSigma[at]!),
    ),
  },
  {
    id: "log_as_deviation",
    finding: "sigma_confusion",
    words: "a density whose standard deviation is ln σ",
    predict: ifGaussian((policy, steps) =>
      policy.logSigma.every((log) => log > 0)
        ? gaussianLogProbs(policy, steps, (at) => Math.log(policy.logSigma[at]!))
        : undefined,
    ),
  },
  ...[1, 2].map(
    (bound): LogProbHypothesis => ({
      id: `clipped_${bound}`,
      finding: "clipped_action_log_prob",
      words: `ln π of the action clipped to ±${bound}`,
      predict: ifGaussian((policy, steps) => clipped(policy, steps, bound)),
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
  predict: (policy: GaussianOutputs, steps: number, numbers: PolicyNumbers) => Float64Array | undefined,
): Predict {
  return (policy, steps, numbers) =>
    policy.kind === "gaussian" ? predict(policy, steps, numbers) : undefined;
}

function ifCategorical(
  predict: (policy: CategoricalOutputs, steps: number, numbers: PolicyNumbers) => Float64Array | undefined,
): Predict {
  return (policy, steps, numbers) =>
    policy.kind === "categorical" ? predict(policy, steps, numbers) : undefined;
}

/**
 * The recorded action is tanh(u): ln N(u) − Σ ln(1 − a² + ε), or without the correction where ε is undefined. Where tanh
 * has rounded to ±1 u is lost.
 */
function squashed(
  policy: GaussianOutputs,
  steps: number,
  epsilon: number | undefined,
): Float64Array | undefined {
  const { actions, dimensions } = policy;
  if (!mayBeSquashed(policy)) return undefined;
  const result = gaussianLogProbs(
    policy,
    steps,
    (at) => policy.logSigma[at]!,
    (at) => (Math.abs(actions[at]!) < 1 ? Math.atanh(actions[at]!) : Number.NaN),
  );
  if (epsilon === undefined) return result;
  return result.map((logProb, t) => logProb - tanhCorrection(actions, t, dimensions, epsilon));
}

/** Whether all actions lie in [−1, 1], as those that have passed tanh. */
export function mayBeSquashed({ actions }: GaussianOutputs): boolean {
  return actions.every((action) => Math.abs(action) <= 1);
}

/** Σ_d ln(1 − a_d² + ε) of a squashed action. */
export function tanhCorrection(actions: Float64Array, t: number, dimensions: number, epsilon = 0): number {
  let sum = 0;
  for (let d = 0; d < dimensions; d++) sum += Math.log1p(epsilon - actions[t * dimensions + d]! ** 2);
  return sum;
}

/** π already passed a softmax when it was taken as logits. */
function twice(policy: CategoricalOutputs, steps: number, numbers: PolicyNumbers): Float64Array {
  const { actionCount, actions } = policy;
  const probabilities = numbers.probabilities!;
  return Float64Array.from({ length: steps }, (_, t) => {
    let sum = 0;
    for (let k = 0; k < actionCount; k++) sum += Math.exp(probabilities[t * actionCount + k]!);
    return probabilities[t * actionCount + actions[t]!]! - Math.log(sum);
  });
}

function firstDimension(policy: GaussianOutputs): GaussianOutputs {
  const pick = (values: Float64Array) => values.filter((_, at) => at % policy.dimensions === 0);
  return {
    ...policy,
    dimensions: 1,
    mu: pick(policy.mu),
    logSigma: pick(policy.logSigma),
    actions: pick(policy.actions),
  };
}

function firstSigma(policy: GaussianOutputs): (at: number) => number {
  return (at) => policy.logSigma[at * policy.dimensions]!;
}

function clipped(policy: GaussianOutputs, steps: number, bound: number): Float64Array | undefined {
  if (policy.actions.every((action) => Math.abs(action) <= bound)) return undefined;
  return gaussianLogProbs(
    policy,
    steps,
    (at) => policy.logSigma[at]!,
    (at) => Math.min(bound, Math.max(-bound, policy.actions[at]!)),
  );
}
