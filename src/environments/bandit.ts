import type { Generator } from "../rl/generator.ts";
import { standardNormal } from "../rl/normal.ts";
import type { EnvironmentRecord } from "./environment.ts";
import { constantObservation, OneStep, type OneStepTask } from "./oneStep.ts";
import { drawArms, drawContinuousBandit } from "./scenes/bandit.ts";

/** P(reward 1) of the two arms; else the reward is 0. */
export const bernoulliMeans: readonly number[] = [0.25, 0.75];
/** Mean rewards of the ten arms, each with deviation 1. */
export const gaussianMeans: readonly number[] = [0.2, -0.8, 1.5, 0.4, 1.2, -1.5, -0.2, -1, 0.8, -0.6];
/** The action that pays most, and the most it pays, in the bandit with a real-valued action. */
export const bestAction = 1;
export const bestReward = 0;
/** Deviation of the noise on the reward of the real-valued bandit. */
export const continuousNoise = 0.1;

/** A bandit with one arm per mean; `draw` gives the reward of an arm with that mean. */
export function armedBandit(
  means: readonly number[],
  draw: (mean: number, generator: Generator) => number,
): OneStepTask {
  return {
    observationSpace: constantObservation,
    actionSpace: { kind: "discrete", n: means.length, names: means.map((_, arm) => `arm ${arm}`) },
    observe: () => 1,
    reward: (arm, _seen, generator) => draw(means[arm]!, generator),
  };
}

const continuousBanditTask: OneStepTask = {
  observationSpace: constantObservation,
  actionSpace: {
    kind: "box",
    low: [Number.NEGATIVE_INFINITY],
    high: [Number.POSITIVE_INFINITY],
    names: ["action"],
  },
  observe: () => 1,
  reward: (action, _seen, generator) =>
    bestReward - (action - bestAction) ** 2 + continuousNoise * standardNormal(generator),
};

const bernoulli = (mean: number, generator: Generator) => (generator.uniform() < mean ? 1 : 0);
const gaussian = (mean: number, generator: Generator) => mean + standardNormal(generator);

export const bernoulliBandit: EnvironmentRecord = {
  id: "BernoulliBandit",
  title: "Two-armed bandit that pays 0 or 1",
  timeLimit: undefined,
  solvedAt: undefined,
  reference: "Sutton & Barto (2nd ed.), chapter 2; arms that pay with probability 0.25 and 0.75",
  create: () => new OneStep(armedBandit(bernoulliMeans, bernoulli)),
  draw: drawArms(bernoulliMeans),
};

export const gaussianBandit: EnvironmentRecord = {
  id: "GaussianBandit",
  title: "Ten-armed bandit with normally distributed rewards",
  timeLimit: undefined,
  solvedAt: undefined,
  reference: "Sutton & Barto (2nd ed.), section 2.3; ten fixed means, deviation 1",
  create: () => new OneStep(armedBandit(gaussianMeans, gaussian)),
  draw: drawArms(gaussianMeans),
};

export const continuousBandit: EnvironmentRecord = {
  id: "ContinuousBandit",
  title: "Bandit with a real-valued action, best at 1",
  timeLimit: undefined,
  solvedAt: undefined,
  reference: "Reward −(a − 1)² + noise; for Gaussian policies, Sutton & Barto (2nd ed.), section 13.7",
  create: () => new OneStep(continuousBanditTask),
  draw: drawContinuousBandit(bestAction),
};
