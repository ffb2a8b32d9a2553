import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { logitsGradient } from "../../../src/policies/logitsGradient.ts";
import type { CategoricalHeads } from "../../../src/policies/policy.ts";
import { entropy, logProbability, softmax } from "../../../src/rl/categorical.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";

function headsOf(logits: Float64Array, actions: Float64Array, count: number): CategoricalHeads {
  const probabilities = new Float64Array(logits.length);
  const sums = actions.map((_, t) => softmax(logits, t * count, count, probabilities));
  return {
    logits,
    probabilities,
    logProbabilities: actions.map((action, t) => logProbability(logits, t * count, count, sums[t]!, action)),
    entropies: actions.map((_, t) => entropy(logits, probabilities, t * count, count, sums[t]!)),
  };
}

function randomCase(seed: number, steps: number, count: number) {
  const generator = createGenerator(seed, "heads");
  const random = (length: number, scale: number) =>
    Float64Array.from({ length }, () => (2 * generator.uniform() - 1) * scale);
  return {
    logits: random(steps * count, 3),
    actions: Float64Array.from({ length: steps }, () => Math.floor(generator.uniform() * count)),
    adjoints: {
      logProbabilities: random(steps, 2),
      entropies: random(steps, 2),
      logits: random(steps * count, 2),
      probabilities: random(steps * count, 2),
    },
  };
}

const sum = (a: Float64Array, b: Float64Array) => a.reduce((total, value, i) => total + value * b[i]!, 0);

describe("logitsGradient", () => {
  test.prop([fc.nat(10_000), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })])(
    "is the gradient of Σ adjoint · head, by central differences",
    (seed, steps, count) => {
      const { logits, actions, adjoints } = randomCase(seed, steps, count);
      const value = (at: Float64Array) => {
        const heads = headsOf(at, actions, count);
        return (
          sum(adjoints.logProbabilities, heads.logProbabilities) +
          sum(adjoints.entropies, heads.entropies) +
          sum(adjoints.logits, heads.logits) +
          sum(adjoints.probabilities, heads.probabilities)
        );
      };
      const gradient = logitsGradient(headsOf(logits, actions, count), actions, count, adjoints);
      for (const [i, slope] of gradient.entries()) {
        const moved = (by: number) => logits.map((z, index) => (index === i ? z + by : z));
        expect(slope).toBeCloseTo((value(moved(1e-5)) - value(moved(-1e-5))) / 2e-5, 7);
      }
    },
  );

  test("is 0 without adjoints, whatever the result array held", () => {
    const { logits, actions } = randomCase(1, 3, 2);
    const out = new Float64Array(6).fill(5);
    expect(logitsGradient(headsOf(logits, actions, 2), actions, 2, {}, out)).toEqual(new Float64Array(6));
  });

  test("adds up over the heads", () => {
    const { logits, actions, adjoints } = randomCase(2, 4, 3);
    const heads = headsOf(logits, actions, 3);
    const parts = Object.entries(adjoints).map(([name, adjoint]) =>
      logitsGradient(heads, actions, 3, { [name]: adjoint }),
    );
    const whole = logitsGradient(heads, actions, 3, adjoints);
    for (const [i, value] of whole.entries()) {
      expect(value).toBeCloseTo(
        parts.reduce((total, part) => total + part[i]!, 0),
        13,
      );
    }
  });
});
