import { describe, expect, test } from "vitest";
import { resolveSettings } from "../../../src/engine/settings.ts";
import { Trainer } from "../../../src/engine/trainer.ts";

/** The best average of 100 episodes within so many environment steps. */
function bestAverage(algorithm: string, environment: string, steps: number, seed: number): number {
  const trainer = new Trainer(resolveSettings({ algorithm, environment, seed }));
  let best = Number.NEGATIVE_INFINITY;
  while (trainer.steps < steps) {
    trainer.advance(65_536);
    if (trainer.episode >= 100) best = Math.max(best, trainer.window.mean());
  }
  return best;
}

// A policy that knows nothing gets 22 on CartPole-v1 and −2 on the bandit with a real-valued action, where 0 is best.
describe("with its defaults", () => {
  test.each([
    ["reinforce-g0", "CartPole-v1", 80_000, 100],
    ["reinforce-cross-entropy", "CartPole-v1", 60_000, 150],
    ["pytorch-reinforce", "CartPole-v1", 80_000, 150],
    ["reinforce-baseline", "CartPole-v1", 60_000, 250],
    ["actor-critic-one-step", "CartPole-v1", 25_000, 60],
    ["pytorch-actor-critic", "CartPole-v1", 60_000, 200],
    ["a2c", "CartPole-v1", 40_000, 100],
    ["ppo", "CartPole-v1", 15_000, 45],
    ["reinforce-gaussian", "ContinuousBandit", 3000, -0.15],
    ["a2c", "ContinuousBandit", 15_000, -0.8],
  ])(
    "%s learns %s: within %i steps an average of %d, for at least 2 of 3 seeds",
    { timeout: 120_000 },
    (algorithm, environment, steps, least) => {
      const averages = [1, 2, 3].map((seed) => bestAverage(algorithm, environment, steps, seed));
      expect(
        averages.filter((average) => average >= least).length,
        averages.join(", "),
      ).toBeGreaterThanOrEqual(2);
    },
  );
});
