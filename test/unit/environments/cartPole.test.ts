import { describe, expect, test } from "vitest";
import { cartPole } from "../../../src/environments/cartPole.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";

function at(state: readonly number[]) {
  const environment = cartPole.create();
  const observation = new Float64Array(4);
  environment.restore(state, observation, 0);
  return { environment, observation };
}

describe("CartPole-v1", () => {
  test("moves by the force first, velocities only", () => {
    const { environment, observation } = at([0, 0, 0, 0]);
    expect(environment.step(Float64Array.of(1), 0, observation, 0)).toBe(1);
    const [x, velocity, angle, angularVelocity] = environment.state();
    expect([x, angle]).toEqual([0, 0]);
    expect(velocity).toBeCloseTo(0.1951219512, 10);
    expect(angularVelocity).toBeCloseTo(-0.2926829268, 10);
  });

  test("falls after 9 steps of pushing right from rest", () => {
    const { environment, observation } = at([0, 0, 0, 0]);
    let steps = 0;
    while (!environment.terminated) {
      environment.step(Float64Array.of(1), 0, observation, 0);
      steps++;
    }
    expect(steps).toBe(9);
    expect(environment.state()[2]).toBeCloseTo(-0.2151860499, 10);
    expect(environment.state()[0]).toBeCloseTo(0.140650972, 10);
  });

  test("ends strictly beyond 2.4 m and 12 degrees", () => {
    const twelve = (12 * 2 * Math.PI) / 360;
    const ended = [
      [2.4, 0, 0, 0],
      [2.4000000000000004, 0, 0, 0],
      [-2.4, 0, 0, 0],
      [-2.4000000000000004, 0, 0, 0],
      [0, 0, twelve, 0],
      [0, 0, twelve + 1e-16, 0],
      [0, 0, -twelve - 1e-16, 0],
    ].map((state) => at(state).environment.terminated);
    expect(ended).toEqual([false, true, false, true, false, true, true]);
  });

  test("shows the state rounded to float32", () => {
    const { observation } = at([0.1, 0.2, 0.15, -0.3]);
    expect([...observation]).toEqual([0.1, 0.2, 0.15, -0.3].map(Math.fround));
  });

  test("starts within 0.05 of rest, spread over the whole box", () => {
    const environment = cartPole.create();
    const generator = createGenerator(1, "environment");
    const starts = Array.from({ length: 2000 }, () => {
      environment.reset(generator, new Float64Array(4), 0);
      return environment.state();
    });
    for (let i = 0; i < 4; i++) {
      const column = starts.map((state) => state[i]!);
      expect(Math.max(...column)).toBeLessThanOrEqual(0.05);
      expect(Math.max(...column)).toBeGreaterThan(0.0495);
      expect(Math.min(...column)).toBeGreaterThanOrEqual(-0.05);
      expect(Math.min(...column)).toBeLessThan(-0.0495);
    }
  });
});
