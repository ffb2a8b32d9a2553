import type { AlgorithmDefaults, AlgorithmRecord } from "./algorithm.ts";

const cartPole: AlgorithmDefaults = {
  gamma: 0.99,
  hidden: [128],
  activation: "relu",
  bias: true,
  optimiser: "adam",
  learningRate: 2e-3,
};

/** Linear softmax over one constant feature: the policy of Example 13.1, with the step size of its figure. */
const corridor: AlgorithmDefaults = {
  gamma: 1,
  hidden: [],
  activation: "relu",
  bias: false,
  optimiser: "sgd",
  learningRate: 2 ** -13,
};

const defaults = { "*": cartPole, "CartPole-v1": cartPole, ShortCorridor: corridor };

export const reinforce: AlgorithmRecord = {
  id: "reinforce",
  title: "REINFORCE (13.3)",
  timing: "episode",
  episodesPerUpdate: 1,
  loss: `# REINFORCE, Sutton & Barto (13.3)
G    = discounted_returns(r, gamma)
beta = 0                                     # weight of an entropy bonus
loss = -(gamma**t * G.detach() * log_pi).sum() - beta * entropy.sum()
`,
  rule: "theta += alpha * gamma^t * G * grad(log_pi)",
  reference: "Sutton & Barto, Reinforcement Learning, 2nd edition, section 13.3",
  defaults: { ...defaults, "CartPole-v1": { ...cartPole, learningRate: 3e-3 } },
};

export const reinforceWithoutGammaT: AlgorithmRecord = {
  id: "reinforce-no-gamma-t",
  title: "REINFORCE without γᵗ",
  timing: "episode",
  episodesPerUpdate: 1,
  loss: `# REINFORCE as most libraries have it: every step counts alike, however late
G    = discounted_returns(r, gamma)
beta = 0                                     # weight of an entropy bonus
loss = -(G.detach() * log_pi).sum() - beta * entropy.sum()
`,
  rule: "theta += alpha * G * grad(log_pi)",
  reference: "Williams (1992); on the missing γᵗ: Nota & Thomas (2020), Is the policy gradient a gradient?",
  defaults,
};

export const reinforceNormalized: AlgorithmRecord = {
  id: "reinforce-normalized",
  title: "REINFORCE with normalised returns",
  timing: "episode",
  episodesPerUpdate: 1,
  loss: `# REINFORCE of pytorch/examples: returns centred and scaled within the episode
G    = discounted_returns(r, gamma)
eps  = 1.1920928955078125e-07                # float32's machine epsilon
w    = (G - G.mean()) / (G.std() + eps)
loss = -(w.detach() * log_pi).sum()
`,
  rule: "theta += alpha * normalize(G) * grad(log_pi)",
  reference: "pytorch/examples, reinforcement_learning/reinforce.py (without its dropout)",
  defaults: { ...defaults, ShortCorridor: { ...corridor, learningRate: 2 ** -7 } },
};
