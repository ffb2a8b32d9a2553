import type { AlgorithmDefaults, AlgorithmRecord } from "./algorithm.ts";
import { adapted, environmentDefaults } from "./environmentDefaults.ts";
import { a2cDefaults, ppoDefaults } from "./steppedDefaults.ts";

const corridor = environmentDefaults.ShortCorridor as AlgorithmDefaults;

export const reinforceBaseline: AlgorithmRecord = {
  id: "reinforce-baseline",
  title: "REINFORCE with baseline (13.4)",
  timing: "episode",
  episodesPerUpdate: 1,
  value: "own",
  loss: `# Sutton & Barto (13.4): both weights move along δ = G − V, and γᵗ belongs to the policy alone
G     = discounted_returns(r, gamma)
delta = (G - V).detach()
loss  = -(gamma**t * delta * log_pi).sum() - (delta * V).sum()
`,
  rule: "theta += alpha * gamma^t * (G - V) * grad(log_pi)",
  reference: "Sutton & Barto, Reinforcement Learning, 2nd edition, section 13.4",
  // Figure 13.2: α_θ = 2⁻⁹, α_w = 2⁻⁶.
  defaults: adapted(
    { valueLearningRate: 5e-3 },
    { ShortCorridor: { ...corridor, learningRate: 2 ** -9, valueLearningRate: 2 ** -6 } },
  ),
};

export const oneStepActorCritic: AlgorithmRecord = {
  id: "actor-critic-one-step",
  title: "one-step actor–critic (13.5)",
  timing: "steps",
  episodesPerUpdate: 1,
  value: "own",
  loss: `# Sutton & Barto (13.5): an update at every step; I = γᵗ belongs to the policy alone
delta = (r + gamma * V_next - V).detach()
loss  = -(gamma**t * delta * log_pi).sum() - (delta * V).sum()
`,
  rule: "theta += alpha * gamma^t * (r + gamma * V_next - V) * grad(log_pi)",
  reference: "Sutton & Barto, Reinforcement Learning, 2nd edition, section 13.5",
  defaults: adapted(
    { learningRate: 3e-4, valueLearningRate: 1e-3, stepsPerUpdate: 1 },
    {
      ShortCorridor: { ...corridor, learningRate: 2 ** -9, valueLearningRate: 2 ** -6, stepsPerUpdate: 1 },
    },
  ),
};

export const actorCriticTraces: AlgorithmRecord = {
  id: "actor-critic-traces",
  title: "actor–critic with eligibility traces (13.5)",
  timing: "steps",
  episodesPerUpdate: 1,
  value: "own",
  loss: `# Sutton & Barto (13.5, episodic), an update at every step: z ← γλz + γᵗ∇ln π, and the weights move along δz
# z_theta and z_w are carried: what the statement is, the next step finds; its gradient is the trace
lam_theta = 0.9
lam_w     = 0.9
delta     = (r + gamma * V_next - V).detach()
z_theta   = gamma * lam_theta * z_theta + gamma**t * log_pi
z_w       = gamma * lam_w * z_w + V
loss      = -(delta * z_theta).sum() - (delta * z_w).sum()
`,
  rule: "theta += alpha * gamma^t * (r + gamma * V_next - V) * grad(log_pi) + alpha * gamma * 0.9 * (r + gamma * V_next - V) * grad(z_theta)",
  reference:
    "Sutton & Barto, Reinforcement Learning, 2nd edition, section 13.5, actor–critic with eligibility traces (episodic)",
  defaults: oneStepActorCritic.defaults,
};

/** Both heads on one trunk, the critic fitted to the normalised returns with the smooth L1 loss. */
export const pytorchActorCritic: AlgorithmRecord = {
  id: "pytorch-actor-critic",
  title: "actor–critic of pytorch/examples",
  timing: "episode",
  episodesPerUpdate: 1,
  value: "shared",
  loss: `# actor and critic share a trunk; returns are centred and scaled within the episode
G    = discounted_returns(r, gamma)
eps  = 1.1920928955078125e-07                # float32's machine epsilon
w    = ((G - G.mean()) / (G.std() + eps)).detach()
loss = -((w - V).detach() * log_pi).sum() + smooth_l1_loss(V, w, reduction='sum')
`,
  rule: "theta += alpha * (normalize(G, 1.1920928955078125e-07) - V) * grad(log_pi)",
  reference: "pytorch/examples, reinforcement_learning/actor_critic.py",
  defaults: adapted({ learningRate: 3e-3, optimiser: "adam" }),
};

export const a2c: AlgorithmRecord = {
  id: "a2c",
  title: "A2C with GAE",
  timing: "steps",
  episodesPerUpdate: 1,
  value: "own",
  loss: `# advantage actor–critic on N environments side by side; a cut episode goes on with V of what follows (V_next)
lam  = 0.95
beta = 0.01                                  # weight of the entropy bonus
c    = 0.5                                   # weight of the critic's loss
A    = gae(r, V, gamma, lam, V_next).detach()
loss = -(A * log_pi).mean() + c * ((A + V.detach() - V)**2).mean() - beta * entropy.mean()
`,
  rule: "theta += alpha * 1/T * gae(r, V, gamma, 0.95, V_next) * grad(log_pi) + alpha * 0.01/T * grad(entropy)",
  reference: "Mnih et al. (2016), Asynchronous methods; Schulman et al. (2016), generalised advantages",
  defaults: a2cDefaults,
};

export const ppo: AlgorithmRecord = {
  id: "ppo",
  title: "PPO with clipping",
  timing: "steps",
  episodesPerUpdate: 1,
  value: "own",
  targets: `# once for each batch, with the parameters that gathered it
lam        = 0.95
adv        = gae(r, V, gamma, lam, V_next)
G_recorded = adv + V
`,
  loss: `# proximal policy optimisation: the ratio to the policy that acted is clipped, the advantages scaled by minibatch
eps    = 0.2                                 # how far the ratio may go
beta   = 0.01                                # weight of the entropy bonus
c      = 0.5                                 # weight of the critic's loss
A      = (adv - adv.mean()) / (adv.std() + 1e-8)
ratio  = (log_pi - log_pi_old).exp()
actor  = -min(ratio * A, clamp(ratio, 1 - eps, 1 + eps) * A).mean()
near   = V_recorded + clamp(V - V_recorded, -eps, eps)
critic = 0.5 * max((V - G_recorded)**2, (near - G_recorded)**2).mean()
loss   = actor + c * critic - beta * entropy.mean()
`,
  rule: "theta -= alpha * grad(loss)",
  reference: "Schulman et al. (2017); the settings and details of CleanRL's ppo.py",
  defaults: ppoDefaults,
};
