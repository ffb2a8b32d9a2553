import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { shortCorridor } from "../../../src/environments/shortCorridor.ts";
import {
  corridorGradient,
  rightProbability,
  solveCorridor,
} from "../../../src/environments/shortCorridorExact.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";

const probabilities = fc.double({ min: 0.02, max: 0.98, noNaN: true });

describe("ShortCorridor", () => {
  test.each([
    [0, 0, 0],
    [0, 1, 1],
    [1, 0, 2],
    [1, 1, 0],
    [2, 0, 1],
    [2, 1, 3],
  ])("goes from state %i by action %i to state %i and pays −1", (from, action, to) => {
    const environment = shortCorridor.create();
    const observation = Float64Array.of(0);
    environment.restore([from], observation, 0);
    expect(environment.step(Float64Array.of(action), 0, observation, 0)).toBe(-1);
    expect(environment.state()).toEqual([to]);
    expect(environment.terminated).toBe(to === 3);
    expect(observation[0]).toBe(1);
  });
});

describe("solveCorridor", () => {
  test.prop([probabilities])("agrees with the closed form at γ = 1", (p) => {
    const { performance, slope } = solveCorridor(p);
    expect(performance / ((2 * p - 4) / (p * (1 - p)))).toBeCloseTo(1, 10);
    expect(slope).toBeCloseTo((2 * p * p - 8 * p + 4) / (p * (1 - p)) ** 2, 4);
  });

  // Sutton & Barto print −11.6 at the optimum; the discounted figures were computed independently.
  test.each([
    [0.99, 0.05, -47.85823, 25.23834],
    [0.99, 0.5, -10.97349, 1.66618],
    [0.9, 0.05, -9.53176, 0.63512],
    [0.9, 0.5, -6.14082, 0.48623],
    [0.9, 0.95, -8.51847, -1.08072],
    [0.5, 0.5, -1.95122, 0.01666],
  ])("gives J and its gradient for γ = %d at p = %d", (gamma, p, performance, gradient) => {
    expect(solveCorridor(p, gamma).performance).toBeCloseTo(performance, 5);
    const preference = Math.log(p / (1 - p));
    expect(corridorGradient(0, preference, gamma)[1]).toBeCloseTo(gradient, 5);
  });

  test("gives the values (−12, −10, −6) at p = 1/2", () => {
    const { values } = solveCorridor(0.5);
    for (const [state, value] of [-12, -10, -6].entries()) expect(values[state]).toBeCloseTo(value, 12);
  });

  test.prop([probabilities, fc.double({ min: 0, max: 1, noNaN: true })])(
    "has the slope of central differences",
    (p, gamma) => {
      const step = 1e-5;
      const difference =
        solveCorridor(p + step, gamma).performance - solveCorridor(p - step, gamma).performance;
      const { slope } = solveCorridor(p, gamma);
      expect(Math.abs(slope - difference / (2 * step))).toBeLessThan(1e-4 * (1 + Math.abs(slope)));
    },
  );

  test("has slope 0 at p = 2 − √2, where J = −(6 + 4√2)", () => {
    const { performance, slope } = solveCorridor(2 - Math.SQRT2);
    expect(slope).toBeCloseTo(0, 11);
    expect(performance).toBeCloseTo(-(6 + 4 * Math.SQRT2), 12);
  });
});

describe("the environment and its solution", () => {
  test.each([0.3, 0.5, 0.7])("agree on J at p = %d over 4,000 episodes", (p) => {
    const environment = shortCorridor.create();
    const generator = createGenerator(9, "corridor");
    const observation = new Float64Array(1);
    let sum = 0;
    let squares = 0;
    const episodes = 4000;
    for (let episode = 0; episode < episodes; episode++) {
      let total = 0;
      environment.reset(generator, observation, 0);
      while (!environment.terminated) {
        total += environment.step(Float64Array.of(generator.uniform() < p ? 1 : 0), 0, observation, 0);
      }
      sum += total;
      squares += total * total;
    }
    const mean = sum / episodes;
    const error = Math.sqrt((squares / episodes - mean * mean) / episodes);
    expect(Math.abs(mean - solveCorridor(p).performance) / error).toBeLessThan(4);
  });
});

test.prop([fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true })])(
  "rightProbability is a softmax over left and right",
  (left, right) => {
    expect(rightProbability(left, right) + rightProbability(right, left)).toBeCloseTo(1, 14);
    expect(Math.log(rightProbability(left, right) / rightProbability(right, left))).toBeCloseTo(
      right - left,
      10,
    );
  },
);
