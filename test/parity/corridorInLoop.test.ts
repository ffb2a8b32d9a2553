import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CorridorExperiment, runCorridor } from "../../src/engine/conformance/corridorInLoop.ts";
import { corridorRuns } from "../../src/engine/conformance/corridorRuns.ts";
import { createGenerator } from "../../src/rl/randomGenerator.ts";
import { readReference } from "./reference.ts";

const start = [Math.log(19), 0] as const;
const book: CorridorExperiment = { alpha: 2 ** -13, start, episodes: 1000, timeLimit: 1000 };

interface Point {
  episode: number;
  mean_total_reward: number;
  standard_error: number;
}

/** Mean and standard error of the mean. */
function meanOf(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

/** Both boxes as they stand: features x(s, left) = (1, 0), x(s, right) = (0, 1), ∇ln π(a|s) = x(s, a) − Σ_b π(b|s) x(s, b). */
function boxOfTheBook(
  { alpha, valueAlpha = 0, start, episodes, timeLimit }: CorridorExperiment,
  seed: number,
) {
  const generator = createGenerator(seed, "short corridor");
  const features = [
    [1, 0],
    [0, 1],
  ] as const;
  const theta = [...start];
  let w = 0;
  const policy = () => {
    const exponentials = features.map((x) => Math.exp(x[0] * theta[0]! + x[1] * theta[1]!));
    return exponentials.map((value) => value / (exponentials[0]! + exponentials[1]!));
  };
  return Array.from({ length: episodes }, () => {
    const actions: number[] = [];
    for (let state = 0; state !== 3 && actions.length < timeLimit; ) {
      const action = generator.uniform() < policy()[0]! ? 0 : 1;
      actions.push(action);
      const forward = state === 1 ? action === 0 : action === 1;
      state = forward ? state + 1 : Math.max(0, state - 1);
    }
    for (const [t, action] of actions.entries()) {
      const G = -(actions.length - t);
      const delta = G - w;
      const pi = policy();
      w += valueAlpha * delta;
      for (const k of [0, 1] as const) {
        const mean = pi[0]! * features[0][k] + pi[1]! * features[1][k];
        theta[k]! += alpha * delta * (features[action]![k] - mean);
      }
    }
    return { total: -actions.length, probability: policy()[1]! };
  });
}

describe("REINFORCE in the loop", () => {
  test("plays and learns as the same thing with a network does, episode by episode", () => {
    const runs = corridorRuns("in_loop", book.alpha, start, 3, 200);
    expect(runs).toHaveLength(3);
    for (const [index, totals] of runs.entries()) {
      const own = runCorridor({ ...book, episodes: 200, timeLimit: 10_000 }, index + 1);
      expect(own.totals).toEqual(totals);
    }
  });

  test("has the learning curve of the reference's 400 runs", { timeout: 60_000 }, () => {
    const { reinforce } = readReference("short_corridor.json") as unknown as {
      reinforce: { in_loop: Point[] };
    };
    const experiment = { ...book, timeLimit: 10_001 };
    const runs = Array.from({ length: 400 }, (_, index) => runCorridor(experiment, index + 1).totals);
    const kept = runs.filter((totals) => totals.every((total) => total >= -10_000));
    for (const { episode, mean_total_reward, standard_error } of reinforce.in_loop) {
      const { mean, error } = meanOf(kept.map((totals) => totals[episode - 1]!));
      const z = (mean - mean_total_reward) / Math.hypot(error, standard_error);
      expect(Math.abs(z), `episode ${episode}`).toBeLessThan(4);
    }
  });

  test("with a baseline whose step is 0 is the one without", () => {
    const one = runCorridor({ ...book, episodes: 50 }, 4);
    expect(runCorridor({ ...book, episodes: 50, valueAlpha: 0 }, 4)).toEqual(one);
  });

  test("is box 13.4 written out over feature vectors, for any step sizes and start", () => {
    const rate = fc.double({ min: 1e-5, max: 2e-3, noNaN: true });
    const logit = fc.double({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(rate, rate, logit, logit, fc.nat(1e6), (alpha, valueAlpha, left, right, seed) => {
        const experiment = { alpha, valueAlpha, start: [left, right], episodes: 5, timeLimit: 200 } as const;
        const { totals, probabilities } = runCorridor(experiment, seed);
        const expected = boxOfTheBook(experiment, seed);
        expect([...totals]).toEqual(expected.map(({ total }) => total));
        for (const [episode, { probability }] of expected.entries())
          expect(probabilities[episode]).toBeCloseTo(probability, 12);
      }),
    );
  });

  test("with the baseline of Figure 13.2 is better than without from early on", () => {
    const runs = Array.from({ length: 40 }, (_, index) => index + 1);
    const at = (experiment: CorridorExperiment) =>
      meanOf(runs.map((seed) => runCorridor({ ...experiment, episodes: 200 }, seed).totals[199]!)).mean;
    expect(at({ ...book, alpha: 2 ** -9, valueAlpha: 2 ** -6 })).toBeGreaterThan(at(book) + 3);
  });
});
