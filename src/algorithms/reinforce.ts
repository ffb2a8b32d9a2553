import type { AlgorithmDefaults, AlgorithmRecord } from "./algorithm.ts";

const cartPole: AlgorithmDefaults = {
  gamma: 0.99,
  hidden: [128],
  activation: "relu",
  bias: true,
  optimiser: "adam",
  learningRate: 2e-3,
};

/** Sutton & Barto's own setting of Example 13.1: one preference for each action and no bias. */
const corridor: AlgorithmDefaults = {
  gamma: 1,
  hidden: [],
  activation: "relu",
  bias: false,
  optimiser: "sgd",
  learningRate: 2 ** -13,
};

const perEpisode = { timing: "episode", episodesPerUpdate: 1 } as const;

export const reinforce: AlgorithmRecord = {
  ...perEpisode,
  id: "reinforce",
  title: "REINFORCE (13.3)",
  loss: `# REINFORCE, Sutton & Barto (13.3)
G = discounted_returns(r, gamma)
loss = -(gamma**t * G.detach() * log_pi).sum()
`,
  rule: "theta += alpha * gamma^t * G * grad(log_pi)",
  reference: "Sutton & Barto (2nd ed.), section 13.3, box on page 328",
  defaults: {
    "CartPole-v1": { ...cartPole, learningRate: 3e-3 },
    ShortCorridor: corridor,
    "*": cartPole,
  },
};

export const reinforceNoGammaT: AlgorithmRecord = {
  ...perEpisode,
  id: "reinforce-no-gamma-t",
  title: "REINFORCE without γᵗ",
  loss: `# REINFORCE as it is mostly written: without the factor gamma**t of (13.3)
G = discounted_returns(r, gamma)
loss = -(G.detach() * log_pi).sum()
`,
  rule: "theta += alpha * G * grad(log_pi)",
  reference: "Williams (1992); Sutton & Barto (2nd ed.), section 13.3, for γ = 1",
  defaults: { "CartPole-v1": cartPole, ShortCorridor: corridor, "*": cartPole },
};

export const reinforceNormalized: AlgorithmRecord = {
  ...perEpisode,
  id: "reinforce-normalized",
  title: "REINFORCE with normalised returns (pytorch/examples)",
  loss: `# REINFORCE of pytorch/examples: returns normalised within the episode
G = discounted_returns(r, gamma)
eps = 1.1920928955078125e-07     # of float32
weight = (G - G.mean()) / (G.std() + eps)
loss = -(weight.detach() * log_pi).sum()
`,
  rule: "theta += alpha * (G - mean(G)) / (std(G) + 1.1920928955078125e-07) * grad(log_pi)",
  reference: "pytorch/examples, reinforcement_learning/reinforce.py",
  defaults: {
    "CartPole-v1": cartPole,
    ShortCorridor: { ...corridor, learningRate: 2 ** -7 },
    "*": cartPole,
  },
};
