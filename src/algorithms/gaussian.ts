import type { AlgorithmDefaults, AlgorithmRecord } from "./algorithm.ts";

/** As in the book: μ = θ_μᵀx(s) and σ = exp(θ_σᵀx(s)), both linear in the observation. */
const linear: AlgorithmDefaults = {
  gamma: 0.99,
  hidden: [],
  activation: "relu",
  bias: true,
  optimiser: "adam",
  learningRate: 0.01,
  sigma: "network",
  sigmaBy: "exp",
};

const network: AlgorithmDefaults = { ...linear, hidden: [64], activation: "tanh", learningRate: 1e-3 };

export const gaussianReinforce: AlgorithmRecord = {
  id: "reinforce-gaussian",
  title: "REINFORCE with a Gaussian policy (13.7)",
  timing: "episode",
  episodesPerUpdate: 1,
  actions: "continuous",
  loss: `# REINFORCE (13.3) where ln π is that of a normal distribution with the network's μ and σ
G    = discounted_returns(r, gamma)
loss = -(gamma**t * G.detach() * log_pi).sum()
`,
  rule: "theta += alpha * gamma^t * G * grad(log_pi)",
  reference: "Sutton & Barto, Reinforcement Learning, 2nd edition, section 13.7",
  defaults: {
    "*": network,
    ContinuousBandit: { ...linear, gamma: 1, bias: false, optimiser: "sgd", learningRate: 3e-3 },
    "MountainCarContinuous-v0": network,
    "Pendulum-v1": { ...network, gamma: 0.9 },
  },
};
