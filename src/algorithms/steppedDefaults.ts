import type { AlgorithmDefaults } from "./algorithm.ts";
import { adapted, environmentDefaults } from "./environmentDefaults.ts";

const networks: Partial<AlgorithmDefaults> = {
  hidden: [64, 64],
  activation: "tanh",
  bias: true,
  optimiser: "adam",
  clipNorm: 0.5,
  sigma: "parameter",
};

/** REINFORCE's defaults of an environment with a change of them. */
function of(environment: string, ...changes: readonly Partial<AlgorithmDefaults>[]): AlgorithmDefaults {
  return Object.assign({}, environmentDefaults[environment], ...changes);
}

/** Pendulum's rewards go down to −16: scaled, what the critic gets does not crowd out the policy in the norm that is clipped. */
const pendulumA2c = `# advantage actor–critic for rewards in the tens: scaled for both, the advantages centred and scaled by batch
scale = 0.1                                  # of the rewards
lam   = 0.9
c     = 0.5                                  # weight of the critic's loss
A     = gae(scale * r, V, gamma, lam, V_next).detach()
w     = (A - A.mean()) / (A.std() + 1e-8)
loss  = -(w * log_pi).mean() + c * ((A + V.detach() - V)**2).mean()
`;

export const a2cDefaults = adapted(
  { ...networks, learningRate: 1e-3, environments: 8, stepsPerUpdate: 16 },
  {
    "Pendulum-v1": of("Pendulum-v1", networks, {
      learningRate: 4e-4,
      valueLearningRate: 3e-3,
      environments: 16,
      stepsPerUpdate: 8,
      loss: pendulumA2c,
    }),
  },
);

const cleanRl: Partial<AlgorithmDefaults> = {
  ...networks,
  learningRate: 2.5e-4,
  adamEpsilon: 1e-5,
  environments: 4,
  stepsPerUpdate: 128,
  epochs: 4,
  minibatches: 4,
};

/** What differs between the unclipped texts. */
interface UnclippedPpo {
  readonly why: string;
  readonly beta: number;
  readonly advantage: string;
}

/** Where returns are far from 1, a critic that moves by 0.2 at most would not get there. */
function unclippedPpo({ why, beta, advantage }: UnclippedPpo): string {
  return `# proximal policy optimisation, the critic not clipped: ${why}
eps    = 0.2                                 # how far the ratio may go
beta   = ${String(beta).padEnd(36)}# weight of an entropy bonus
c      = 0.5                                 # weight of the critic's loss
A      = ${advantage}
ratio  = (log_pi - log_pi_old).exp()
actor  = -min(ratio * A, clamp(ratio, 1 - eps, 1 + eps) * A).mean()
critic = ((V - G_recorded)**2).mean()
loss   = actor + c * critic - beta * entropy.mean()
`;
}

const normalised = "(adv - adv.mean()) / (adv.std() + 1e-8)";

/** Returns of −200 or of 100 become some units. */
const scaledTargets = `# once for each batch, with the parameters that gathered it
scale      = 0.05                            # of the rewards
lam        = 0.95
adv        = gae(scale * r, V, gamma, lam, V_next)
G_recorded = adv + V
`;

/** Many environments at a time: the goal is reached by chance, and rarely, at first. */
const mountainCar: Partial<AlgorithmDefaults> = {
  ...cleanRl,
  learningRate: 1e-3,
  environments: 16,
  epochs: 10,
  targets: scaledTargets,
};

export const ppoDefaults = adapted(cleanRl, {
  "CartPole-v1": of("CartPole-v1", cleanRl, { annealSteps: 500_000 }),
  "Pendulum-v1": of("Pendulum-v1", cleanRl, {
    learningRate: 1e-3,
    stepsPerUpdate: 1024,
    epochs: 10,
    minibatches: 64,
    loss: unclippedPpo({ why: "returns here are far beyond its bounds", beta: 0, advantage: normalised }),
  }),
  "MountainCar-v0": of("MountainCar-v0", mountainCar, {
    gamma: 0.99,
    stepsPerUpdate: 128,
    minibatches: 8,
    loss: unclippedPpo({ why: "returns here are beyond its bounds", beta: 0.01, advantage: normalised }),
  }),
  // Scaled by their own deviation, advantages that hold nothing but the force's cost would teach to stand still.
  "MountainCarContinuous-v0": of("MountainCarContinuous-v0", mountainCar, {
    gamma: 0.999,
    stepsPerUpdate: 256,
    minibatches: 16,
    loss: unclippedPpo({ why: "and the advantages as they are", beta: 0.005, advantage: "adv" }),
  }),
});
