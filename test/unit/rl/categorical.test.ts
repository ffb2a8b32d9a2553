import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import {
  addEntropyGradient,
  addLogProbabilityGradient,
  entropy,
  logProbability,
  sampleCategorical,
  softmax,
} from "../../../src/rl/categorical.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";
import { finite } from "./batches.ts";

const rows = fc.array(finite(20), { minLength: 1, maxLength: 6 }).map((row) => Float64Array.from(row));

function distribution(logits: Float64Array) {
  const probabilities = new Float64Array(logits.length);
  const logSum = softmax(logits, 0, logits.length, probabilities);
  return {
    probabilities,
    logSum,
    entropy: entropy(logits, probabilities, 0, logits.length, logSum),
    logProbability: (action: number) => logProbability(logits, 0, logits.length, logSum, action),
  };
}

/** Central differences with Richardson's correction: error of order step⁴. */
function differences(logits: Float64Array, f: (logits: Float64Array) => number): number[] {
  const slope = (k: number, step: number) => {
    const shifted = (by: number) => logits.map((z, i) => (i === k ? z + by : z));
    return (f(shifted(step)) - f(shifted(-step))) / (2 * step);
  };
  return Array.from(logits, (_, k) => (4 * slope(k, 5e-4) - slope(k, 1e-3)) / 3);
}

describe("softmax", () => {
  test.prop([rows])("gives positive probabilities that sum to 1", (logits) => {
    const { probabilities } = distribution(logits);
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 14);
    for (const p of probabilities) expect(p).toBeGreaterThan(0);
  });

  test.prop([rows, finite(500)])("does not change where every logit is shifted", (logits, shift) => {
    const shifted = distribution(logits.map((z) => z + shift));
    for (const [k, p] of distribution(logits).probabilities.entries()) {
      expect(shifted.probabilities[k]).toBeCloseTo(p, 11);
    }
  });

  test("touches its own row only", () => {
    const probabilities = Float64Array.of(7, 7, 7, 7, 7, 7);
    softmax(Float64Array.of(9, 9, 0, 0, 9, 9), 2, 2, probabilities);
    expect(probabilities).toEqual(Float64Array.of(7, 7, 0.5, 0.5, 7, 7));
  });

  test.each([
    [[Number.NaN, 0]],
    [[0, Number.NaN]],
    [[Number.POSITIVE_INFINITY, 0]],
    [[Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ])("is not a number for %j, as in torch", (logits) => {
    const { probabilities, entropy } = distribution(Float64Array.from(logits));
    expect([...probabilities, entropy]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});

describe("logProbability", () => {
  test.prop([rows])("is the logarithm of the probability", (logits) => {
    const { probabilities, logProbability } = distribution(logits);
    for (const [k, p] of probabilities.entries()) expect(logProbability(k)).toBeCloseTo(Math.log(p), 12);
  });

  test("keeps what e^-100 leaves of certainty", () => {
    const sure = distribution(Float64Array.of(50, -50));
    expect(sure.logProbability(0)).toBeCloseTo(-3.720075976020836e-44, 55);
    expect(sure.logProbability(0)).toBeLessThan(0);
    expect(sure.logProbability(1)).toBe(-100);
  });

  test("is exact for a pair of equal great logits", () => {
    expect(distribution(Float64Array.of(800, 800, 0)).logProbability(1)).toBe(-Math.LN2);
  });
});

describe("entropy", () => {
  test.prop([rows])("is −Σ π ln π and lies in [0, ln K]", (logits) => {
    const { probabilities, entropy } = distribution(logits);
    expect(entropy).toBeCloseTo(-probabilities.reduce((sum, p) => sum + p * Math.log(p), 0), 12);
    expect(entropy).toBeGreaterThanOrEqual(0);
    expect(entropy).toBeLessThanOrEqual(Math.log(logits.length) + 1e-12);
  });

  test("leaves masked actions out", () => {
    const masked = distribution(Float64Array.of(0.3, Number.NEGATIVE_INFINITY, -0.4));
    expect(masked.entropy).toBeCloseTo(distribution(Float64Array.of(0.3, -0.4)).entropy, 15);
    expect(masked.probabilities[1]).toBe(0);
    expect(masked.logProbability(1)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("addLogProbabilityGradient", () => {
  test.prop([rows, fc.nat(), finite(5)])("agrees with central differences", (logits, draw, scale) => {
    const action = draw % logits.length;
    const gradient = new Float64Array(logits.length);
    const { probabilities } = distribution(logits);
    addLogProbabilityGradient(probabilities, 0, logits.length, action, scale, gradient);
    const expected = differences(logits, (row) => scale * distribution(row).logProbability(action));
    for (const [k, value] of expected.entries()) expect(gradient[k]).toBeCloseTo(value, 8);
  });

  test.prop([rows, fc.nat()])("sums to 0 over the logits", (logits, draw) => {
    const gradient = new Float64Array(logits.length);
    const { probabilities } = distribution(logits);
    addLogProbabilityGradient(probabilities, 0, logits.length, draw % logits.length, 1, gradient);
    expect(gradient.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 14);
  });

  test("keeps 1 − π at certainty", () => {
    const { probabilities } = distribution(Float64Array.of(50, -50));
    const gradient = new Float64Array(2);
    addLogProbabilityGradient(probabilities, 0, 2, 0, 1, gradient);
    expect(gradient[0]).toBe(probabilities[1]);
    expect(gradient[0]).toBeGreaterThan(0);
  });

  test("adds to what is there", () => {
    const gradient = Float64Array.of(10, 20);
    addLogProbabilityGradient(Float64Array.of(0.25, 0.75), 0, 2, 1, 2, gradient);
    expect(gradient).toEqual(Float64Array.of(9.5, 20.5));
  });
});

describe("addEntropyGradient", () => {
  test.prop([rows, finite(5)])("agrees with central differences", (logits, scale) => {
    const gradient = new Float64Array(logits.length);
    addEntropyGradient(logits, distribution(logits).probabilities, 0, logits.length, scale, gradient);
    const expected = differences(logits, (row) => scale * distribution(row).entropy);
    for (const [k, value] of expected.entries()) expect(gradient[k]).toBeCloseTo(value, 7);
  });

  test("is 0 for a masked action", () => {
    const logits = Float64Array.of(0.3, Number.NEGATIVE_INFINITY, -0.4);
    const gradient = new Float64Array(3);
    addEntropyGradient(logits, distribution(logits).probabilities, 0, 3, 1, gradient);
    expect(gradient[1]).toBe(0);
    expect(gradient[0]! + gradient[2]!).toBeCloseTo(0, 15);
  });
});

describe("sampleCategorical", () => {
  test("inverts the distribution function", () => {
    const probabilities = Float64Array.of(9, 0.25, 0.5, 0.25);
    const draws = [0, 0.2499, 0.25, 0.7499, 0.75, 1 - 2 ** -53];
    expect(draws.map((u) => sampleCategorical(probabilities, 1, 3, u))).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test("never takes an action of probability 0", () => {
    expect(sampleCategorical(Float64Array.of(0, 1, 0), 0, 3, 0)).toBe(1);
    expect(sampleCategorical(Float64Array.of(0.1, 0.9 - 2 ** -53, 0), 0, 3, 1 - 2 ** -53)).toBe(1);
  });

  test("answers −1 where the policy has diverged", () => {
    expect(sampleCategorical(Float64Array.of(Number.NaN, Number.NaN), 0, 2, 0.5)).toBe(-1);
  });

  test("draws actions as often as their probabilities say", () => {
    const { probabilities } = distribution(Float64Array.of(0.5, -1, 0.2));
    const generator = createGenerator(3, "sampling");
    const counts = [0, 0, 0];
    const draws = 30_000;
    for (let i = 0; i < draws; i++) counts[sampleCategorical(probabilities, 0, 3, generator.uniform())]! += 1;
    for (const [k, p] of probabilities.entries()) {
      expect(Math.abs(counts[k]! - draws * p) / Math.sqrt(draws * p * (1 - p))).toBeLessThan(4);
    }
  });
});
