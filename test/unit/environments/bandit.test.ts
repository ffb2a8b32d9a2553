import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import {
  bernoulliBandit,
  bernoulliMeans,
  continuousBandit,
  continuousNoise,
  gaussianBandit,
  gaussianMeans,
} from "../../../src/environments/bandit.ts";
import { solveBandit, solveContinuousBandit } from "../../../src/environments/banditExact.ts";
import type { EnvironmentRecord } from "../../../src/environments/environment.ts";
import { stage } from "./support.ts";

/** Mean and standard error of many rewards of one action. */
function rewardsOf(record: EnvironmentRecord, action: number, pulls = 4000) {
  const { step } = stage(record);
  const rewards = Array.from({ length: pulls }, () => step(action));
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / pulls;
  const variance = rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / (pulls - 1);
  return { mean, deviation: Math.sqrt(variance), error: Math.sqrt(variance / pulls), rewards };
}

describe("the bandits", () => {
  test.each(bernoulliMeans.map((mean, arm) => [arm, mean] as const))(
    "arm %i of two pays 1 with probability %d, else 0",
    (arm, mean) => {
      const seen = rewardsOf(bernoulliBandit, arm);
      expect(new Set(seen.rewards)).toEqual(new Set([0, 1]));
      expect(Math.abs(seen.mean - mean) / seen.error).toBeLessThan(4);
    },
  );

  test.each(gaussianMeans.map((mean, arm) => [arm, mean] as const))(
    "arm %i of ten pays %d on average, with deviation 1",
    (arm, mean) => {
      const seen = rewardsOf(gaussianBandit, arm);
      expect(Math.abs(seen.mean - mean) / seen.error).toBeLessThan(4);
      expect(Math.abs(seen.deviation - 1)).toBeLessThan(4 / Math.sqrt(2 * 4000));
    },
  );

  test.each([-2, 0, 1, 3.5])("the real-valued action %d pays −(a − 1)² on average", (action) => {
    const seen = rewardsOf(continuousBandit, action);
    expect(Math.abs(seen.mean + (action - 1) ** 2) / seen.error).toBeLessThan(4);
    expect(Math.abs(seen.deviation / continuousNoise - 1)).toBeLessThan(4 / Math.sqrt(2 * 4000));
  });

  test("every episode is one step", () => {
    for (const record of [bernoulliBandit, gaussianBandit, continuousBandit]) {
      const { environment, step } = stage(record);
      expect(environment.terminated).toBe(false);
      step(0);
      expect(environment.terminated).toBe(true);
    }
  });
});

const preferences = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 10, maxLength: 10 });

describe("solveBandit", () => {
  test.prop([preferences])("has the gradient of central differences, which sums to 0", (theta) => {
    const { gradient } = solveBandit(theta, gaussianMeans);
    const step = 1e-6;
    const performance = (k: number, by: number) =>
      solveBandit(
        theta.map((value, i) => (i === k ? value + by : value)),
        gaussianMeans,
      ).performance;
    for (const [k, slope] of gradient.entries()) {
      expect(slope).toBeCloseTo((performance(k, step) - performance(k, -step)) / (2 * step), 7);
    }
    expect(gradient.reduce((sum, slope) => sum + slope, 0)).toBeCloseTo(0, 12);
  });

  test("is what a softmax over two arms gives by hand", () => {
    // π = (0.5, 0.5): J = 0.5, ∂J/∂preference = ±0.5·0.25.
    const { performance, gradient } = solveBandit([3, 3], bernoulliMeans);
    expect(performance).toBeCloseTo(0.5, 14);
    expect(gradient[0]).toBeCloseTo(-0.125, 14);
    expect(gradient[1]).toBeCloseTo(0.125, 14);
  });
});

describe("solveContinuousBandit", () => {
  test.prop([fc.double({ min: -4, max: 4, noNaN: true }), fc.double({ min: 0.1, max: 3, noNaN: true })])(
    "has the gradients of central differences",
    (mean, deviation) => {
      const solved = solveContinuousBandit(mean, deviation);
      const h = 1e-5;
      const slope = (up: number, lower: number) => (up - lower) / (2 * h);
      const at = (m: number, d: number) => solveContinuousBandit(m, d).performance;
      expect(solved.meanGradient).toBeCloseTo(slope(at(mean + h, deviation), at(mean - h, deviation)), 6);
      expect(solved.deviationGradient).toBeCloseTo(
        slope(at(mean, deviation + h), at(mean, deviation - h)),
        6,
      );
    },
  );
});
