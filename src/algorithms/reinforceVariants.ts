import type { AlgorithmRecord } from "./algorithm.ts";
import { environmentDefaults } from "./environmentDefaults.ts";

export const reinforceEpisodeReturn: AlgorithmRecord = {
  id: "reinforce-g0",
  title: "REINFORCE with the episode's return",
  timing: "episode",
  episodesPerUpdate: 1,
  loss: `# REINFORCE before rewards to go: every step counts with the return of the whole episode
G    = discounted_returns(r, gamma)
beta = 0                                     # weight of an entropy bonus
loss = -(G[0].detach() * log_pi).sum() - beta * entropy.sum()
`,
  rule: "theta += alpha * G[0] * grad(log_pi)",
  reference: "Williams (1992), Simple statistical gradient-following algorithms",
  defaults: environmentDefaults,
};

export const crossEntropyReinforce: AlgorithmRecord = {
  id: "reinforce-cross-entropy",
  title: "REINFORCE as weighted cross-entropy",
  timing: "episode",
  episodesPerUpdate: 1,
  actions: "discrete",
  loss: `# REINFORCE (13.3) for whoever has a classifier's loss at hand: cross-entropy with the action taken as label
G    = discounted_returns(r, gamma)
loss = (gamma**t * G.detach() * cross_entropy(logits, a, reduction='none')).sum()
`,
  rule: "theta += alpha * gamma^t * G * grad(log_pi)",
  reference: "−ln π(a|s) is the cross-entropy of the softmax with the label a",
  defaults: environmentDefaults,
};

/** Mean over the steps, a small entropy bonus and a clipped gradient, as widely copied PyTorch code has it. */
export const pytorchReinforce: AlgorithmRecord = {
  id: "pytorch-reinforce",
  title: "REINFORCE as PyTorch code has it",
  timing: "episode",
  episodesPerUpdate: 1,
  loss: `# averaged over the episode's steps, without γᵗ; the gradient's norm is clipped at 40 (a setting)
G    = discounted_returns(r, gamma)
beta = 0.0001                                # weight of the entropy bonus
loss = (-(G.detach() * log_pi) - beta * entropy).mean()
`,
  rule: "theta += alpha * 1/T * G * grad(log_pi) + alpha * 0.0001/T * grad(entropy)",
  reference: "chingyaoc/pytorch-REINFORCE, reinforce_discrete.py and reinforce_continuous.py",
  defaults: Object.fromEntries(
    Object.entries(environmentDefaults).map(([id, defaults]) => [
      id,
      { ...defaults, optimiser: "adam" as const, clipNorm: 40 },
    ]),
  ),
};
