import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CandidateInput } from "../../../src/diagnosis/candidates.ts";
import { fitGeneralisedAdvantages } from "../../../src/diagnosis/gaeFit.ts";
import { readValueTerm } from "../../../src/diagnosis/valueTerm.ts";
import { judge } from "../../../src/diagnosis/verdict.ts";

const steps = 8;
const column = fc.array(fc.double({ min: -3, max: 3, noNaN: true, noDefaultInfinity: true }), {
  minLength: steps,
  maxLength: steps,
});

/** Two episodes: the first ends at step 2 by the dynamics, the second is cut at the end of the batch. */
function inputOf(rewards: readonly number[], values: readonly number[], last: number): CandidateInput {
  const terminated = new Uint8Array(steps);
  terminated[2] = 1;
  const nextValues = Float64Array.from(values, (_, t) =>
    t === 2 ? 0 : t === steps - 1 ? last : values[t + 1]!,
  );
  return {
    steps,
    gamma: 0.9,
    rewards: Float64Array.from(rewards),
    time: Float64Array.from([0, 1, 2, 0, 1, 2, 3, 4]),
    ends: { terminated, truncated: new Uint8Array(steps) },
    chosenProbabilities: new Float64Array(steps).fill(0.5),
    values: Float64Array.from(values),
    nextValues,
  };
}

/** GAE by the definition A_t = Σ_l (γλ)^l δ_{t+l}, to the end of the episode or batch. */
function advantagesOf({ rewards, values, nextValues, gamma }: CandidateInput, lambda: number): number[] {
  return Array.from(rewards, (_, t) => {
    let sum = 0;
    for (let k = t; k < (t <= 2 ? 3 : steps); k++) {
      const error = rewards[k]! + gamma * nextValues![k]! - values![k]!;
      sum += (gamma * lambda) ** (k - t) * error;
    }
    return sum;
  });
}

/** G by the definition, 0 after the end. */
function returnsOf({ rewards, gamma }: CandidateInput): number[] {
  return Array.from(rewards, (_, t) => {
    let sum = 0;
    for (let k = t; k < (t <= 2 ? 3 : steps); k++) sum += gamma ** (k - t) * rewards[k]!;
    return sum;
  });
}

const size = (values: readonly number[]) => Math.hypot(...values);

/** Whether no factor makes one of the other: a batch where it does cannot tell which is meant. */
function isApart(one: readonly number[], other: readonly number[]): boolean {
  if (size(other) < 0.1) return false;
  const cosine = one.reduce((sum, value, t) => sum + value * other[t]!, 0) / (size(one) * size(other));
  return 1 - cosine ** 2 > 1e-4;
}

describe("generalised advantages", () => {
  test("are found with their λ, at any scale", () => {
    fc.assert(
      fc.property(
        column,
        column,
        fc.double({ min: 0.05, max: 0.99, noNaN: true }),
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        (rewards, values, lambda, scale) => {
          const input = inputOf(rewards, values, 0.7);
          const advantages = advantagesOf(input, lambda);
          fc.pre(size(advantages.slice(3)) > 0.1 && size(advantages.slice(0, 3)) > 0.1);
          const weights = Float64Array.from(advantages, (A) => scale * A);
          const rule = fitGeneralisedAdvantages(weights, input);
          fc.pre(rule !== undefined);
          const found = rule!.weights(input)!;
          const error = size(Array.from(found, (A, t) => A - advantages[t]!));
          expect(error).toBeLessThan(1e-5 * size(advantages));
        },
      ),
    );
  });

  test("are named in the verdict, as a mean too", () => {
    const input = inputOf([1, -2, 3, 0.5, 4, -1, 2, 1], [0.3, -1, 0.7, 2, 0.4, 1, -0.6, 0.2], 1.5);
    const weights = advantagesOf(input, 0.95).map((A) => A / steps);
    const verdict = judge({
      ...input,
      episodes: 2,
      entropies: [],
      actionCount: 2,
      actions: [],
      probabilities: [],
      logitsGradient: [],
      directGradient: undefined,
      logPiAdjoint: weights.map((weight) => -weight),
      entropyAdjoint: undefined,
    });
    expect(verdict).toMatchObject({ kind: "book", finding: undefined });
    expect(verdict.sentence).toMatch(/^advantages by GAE with λ = 0\.95: c = 0\.1250·GAE\(0\.95\)/);
  });
});

describe("the value term", () => {
  const targets: readonly (readonly [string, (input: CandidateInput) => number[]])[] = [
    ["G", returnsOf],
    [
      "(r + γV′)",
      ({ rewards, nextValues, gamma }) => Array.from(rewards, (r, t) => r + gamma * nextValues![t]!),
    ],
  ];

  test.each(targets)("is read as drawing V to %s, with its scale", (name, targetOf) => {
    fc.assert(
      fc.property(column, column, fc.double({ min: 0.1, max: 5, noNaN: true }), (rewards, values, scale) => {
        const input = inputOf(rewards, values, 0.7);
        const error = targetOf(input).map((target, t) => values[t]! - target);
        const others = targets
          .filter(([other]) => other !== name)
          .map(([, other]) => other(input).map((goal, t) => values[t]! - goal));
        fc.pre(size(error) > 0.1 && others.every((other) => isApart(error, other)));
        const term = readValueTerm({ valueAdjoint: error.map((e) => scale * e) }, input, undefined)!;
        expect(term).toMatchObject({ target: name, reachesTarget: false });
        expect(term.scale).toBeCloseTo(scale, 9);
      }),
    );
  });

  test("says when the smooth L1 loss draws it", () => {
    const input = inputOf([1, -2, 3, 0.5, 4, -1, 2, 1], [0.3, -1, 0.7, 2, 0.4, 1, -0.6, 0.2], 1.5);
    const error = returnsOf(input).map((G, t) => Math.max(-1, Math.min(1, input.values![t]! - G)));
    expect(readValueTerm({ valueAdjoint: error }, input, undefined)!.words).toBe(
      "V drawn to G: ∂L/∂V = 1.000·clamp(V − G, ±1)",
    );
  });

  test("is none where V gets no gradient, and one of its own where nothing known fits", () => {
    const input = inputOf([1, -2, 3, 0.5, 4, -1, 2, 1], [0.3, -1, 0.7, 2, 0.4, 1, -0.6, 0.2], 1.5);
    expect(readValueTerm({ valueAdjoint: new Float64Array(steps) }, input, undefined)).toBeUndefined();
    const odd = readValueTerm({ valueAdjoint: [1, 2, -3, 4, -5, 6, -7, 8] }, input, undefined);
    expect(odd).toMatchObject({ target: undefined, words: "a value term of its own" });
  });

  test("notices a target that moves", () => {
    const input = inputOf([1, -2, 3, 0.5, 4, -1, 2, 1], [0.3, -1, 0.7, 2, 0.4, 1, -0.6, 0.2], 1.5);
    const error = targets[1]![1](input).map((target, t) => input.values![t]! - target);
    const term = readValueTerm(
      { valueAdjoint: error, nextValueAdjoint: error.map((e) => -0.9 * e) },
      input,
      undefined,
    );
    expect(term).toMatchObject({ target: "(r + γV′)", reachesTarget: true });
  });
});
