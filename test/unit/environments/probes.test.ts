import { describe, expect, test } from "vitest";
import type { EnvironmentRecord } from "../../../src/environments/environment.ts";
import { probes } from "../../../src/environments/probes.ts";
import { stage } from "./support.ts";

const [constant, observed, delayed, chosen, matched] = probes as [
  EnvironmentRecord,
  EnvironmentRecord,
  EnvironmentRecord,
  EnvironmentRecord,
  EnvironmentRecord,
];

/** Reward by coin and action. */
function payments(record: EnvironmentRecord): number[][] {
  return [-1, 1].map((coin) => [0, 1].map((action) => stage(record, [coin, 0]).step(action)));
}

describe("the probes", () => {
  test("1 pays 1, whatever is done", () => {
    expect([stage(constant).step(0), stage(constant).step(1)]).toEqual([1, 1]);
  });

  test("2 pays what is observed, whatever is done", () => {
    expect(payments(observed)).toEqual([
      [-1, -1],
      [1, 1],
    ]);
  });

  test.each([
    ["a at once", [0, 0], [1, 0]],
    ["a at once, whatever follows", [0, 1], [1, 0]],
    ["b later", [1, 0], [0, 1.5]],
    ["b later, whatever follows", [1, 1], [0, 1.5]],
  ])("3 pays %s", (_, actions, rewards) => {
    const { environment, observation, step } = stage(delayed);
    expect([...observation]).toEqual([1, 0]);
    expect(step(actions[0]!)).toBe(rewards[0]);
    expect([...observation]).toEqual([0, 1]);
    expect(environment.terminated).toBe(false);
    expect(step(actions[1]!)).toBe(rewards[1]);
    expect(environment.terminated).toBe(true);
  });

  test("4 pays for b and costs for a", () => {
    expect([stage(chosen).step(0), stage(chosen).step(1)]).toEqual([-1, 1]);
  });

  test("5 pays where the action matches the coin", () => {
    expect(payments(matched)).toEqual([
      [1, -1],
      [-1, 1],
    ]);
  });

  test("tosses a fair coin", () => {
    const heads = Array.from({ length: 400 }, (_, seed) => stage(observed, undefined, seed).observation[0]!);
    expect(new Set(heads)).toEqual(new Set([-1, 1]));
    expect(Math.abs(heads.reduce((sum, coin) => sum + coin, 0))).toBeLessThan(4 * 20);
  });
});
