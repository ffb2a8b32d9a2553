import type { AlgorithmDefaults } from "./algorithm.ts";

export const cartPoleDefaults: AlgorithmDefaults = {
  gamma: 0.99,
  hidden: [128],
  activation: "relu",
  bias: true,
  optimiser: "adam",
  learningRate: 2e-3,
};

/** Linear softmax over one constant feature: the policy of Example 13.1, with the step size of its figure. */
export const corridorDefaults: AlgorithmDefaults = {
  gamma: 1,
  hidden: [],
  activation: "relu",
  bias: false,
  optimiser: "sgd",
  learningRate: 2 ** -13,
};

/** One preference per state and action: a linear policy over one-hot observations, or over a constant. */
export const tabularDefaults: AlgorithmDefaults = {
  gamma: 0.99,
  hidden: [],
  activation: "relu",
  bias: false,
  optimiser: "adam",
  learningRate: 0.05,
};

const slippery: AlgorithmDefaults = { ...tabularDefaults, learningRate: 0.02 };
const bandit: AlgorithmDefaults = { ...tabularDefaults, gamma: 1, optimiser: "sgd", learningRate: 0.05 };
const probe: AlgorithmDefaults = { ...tabularDefaults, gamma: 0.9, learningRate: 0.02 };
const mountainCar: AlgorithmDefaults = { ...cartPoleDefaults, gamma: 1, learningRate: 1e-3 };

/** What REINFORCE starts with on each environment, whatever its weights. */
export const environmentDefaults: Readonly<Record<string, AlgorithmDefaults>> = {
  "*": cartPoleDefaults,
  "CartPole-v1": cartPoleDefaults,
  "CartPole-v0": cartPoleDefaults,
  ShortCorridor: corridorDefaults,
  "Acrobot-v1": { ...cartPoleDefaults, learningRate: 5e-4 },
  "MountainCar-v0": mountainCar,
  "MountainCarContinuous-v0": { ...mountainCar, gamma: 0.99 },
  "Pendulum-v1": { ...cartPoleDefaults, gamma: 0.9, learningRate: 1e-3 },
  "FrozenLake-v1": slippery,
  "FrozenLake8x8-v1": slippery,
  "FrozenLakeNotSlippery-v1": tabularDefaults,
  "CliffWalking-v1": tabularDefaults,
  "CliffWalking-v0": tabularDefaults,
  "CliffWalkingSlippery-v1": tabularDefaults,
  BernoulliBandit: bandit,
  GaussianBandit: bandit,
  ContinuousBandit: { ...bandit, learningRate: 0.01 },
  "probe-1": probe,
  "probe-2": probe,
  "probe-3": probe,
  "probe-4": probe,
  "probe-5": probe,
};

/** The defaults of REINFORCE with what another algorithm changes of them everywhere, and its own in some environments. */
export function adapted(
  change: Partial<AlgorithmDefaults>,
  own: Readonly<Record<string, AlgorithmDefaults>> = {},
): Readonly<Record<string, AlgorithmDefaults>> {
  const all = Object.entries(environmentDefaults).map(([id, defaults]) => [id, { ...defaults, ...change }]);
  return { ...Object.fromEntries(all), ...own };
}
