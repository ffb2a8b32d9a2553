import type { AlgorithmRecord } from "./algorithm.ts";
import {
  cartPoleDefaults,
  corridorDefaults,
  environmentDefaults,
  tabularDefaults,
} from "./environmentDefaults.ts";

const defaults = environmentDefaults;

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
  defaults: {
    ...defaults,
    "CartPole-v1": { ...cartPoleDefaults, learningRate: 3e-3 },
    // Most episodes pay nothing and have no gradient, but Adam would go on in the direction of the last that had one.
    "FrozenLake-v1": { ...tabularDefaults, optimiser: "sgd", learningRate: 0.5 },
  },
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

const normalisedLoss = `# REINFORCE of pytorch/examples: returns centred and scaled within the episode
G    = discounted_returns(r, gamma)
eps  = 1.1920928955078125e-07                # float32's machine epsilon
w    = (G - G.mean()) / (G.std() + eps)
loss = -(w.detach() * log_pi).sum()
`;

export const reinforceNormalized: AlgorithmRecord = {
  id: "reinforce-normalized",
  title: "REINFORCE with normalised returns",
  timing: "episode",
  episodesPerUpdate: 1,
  loss: normalisedLoss,
  rule: "theta += alpha * normalize(G, 1.1920928955078125e-07) * grad(log_pi)",
  reference: "pytorch/examples, reinforcement_learning/reinforce.py (without its dropout)",
  defaults: { ...defaults, ShortCorridor: { ...corridorDefaults, learningRate: 2 ** -7 } },
};

/** The example as it stands: its network drops hidden units while it trains, and acts with them dropped. */
export const reinforceDropout: AlgorithmRecord = {
  ...reinforceNormalized,
  id: "reinforce-dropout",
  title: "REINFORCE of pytorch/examples, with its dropout",
  reference: "pytorch/examples, reinforcement_learning/reinforce.py",
  defaults: Object.fromEntries(
    Object.entries(defaults).map(([id, { gamma }]) => [
      id,
      { ...cartPoleDefaults, gamma, learningRate: 1e-2, dropout: 0.6 },
    ]),
  ),
};
