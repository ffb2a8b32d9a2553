import { describe, expect, test } from "vitest";
import { cliffWalking, cliffWalkingSlippery } from "../../../src/environments/cliffWalking.ts";
import { frozenLake, frozenLake8x8, frozenLakeFirm, lakes } from "../../../src/environments/frozenLake.ts";
import { stage } from "./support.ts";

const [left, down, right, up] = [0, 1, 2, 3];

describe("the frozen lakes", () => {
  test("are crossed by the safe path, which pays 1 at the goal only", () => {
    const { environment, step } = stage(frozenLakeFirm);
    const rewards = [down, down, right, right, down, right].map((action) => step(action));
    expect(rewards).toEqual([0, 0, 0, 0, 0, 1]);
    expect(environment.state()).toEqual([15]);
    expect(environment.terminated).toBe(true);
  });

  test("end in a hole and pay nothing", () => {
    const { environment, step } = stage(frozenLakeFirm);
    expect([step(right), step(down)]).toEqual([0, 0]);
    expect([environment.state()[0], environment.terminated]).toEqual([5, true]);
  });

  test("have borders that hold", () => {
    const { environment, step } = stage(frozenLakeFirm);
    step(left);
    step(up);
    expect(environment.state()).toEqual([0]);
  });

  test.each([
    [frozenLake, "4x4"],
    [frozenLake8x8, "8x8"],
  ] as const)("%o are observed one-hot", (record, name) => {
    const { observation } = stage(record);
    const cells = lakes[name].join("").length;
    expect([...observation]).toEqual(Array.from({ length: cells }, (_, i) => (i === 0 ? 1 : 0)));
  });

  test("that are slippery send a third of the steps each way but back", () => {
    const { environment, observation, step } = stage(frozenLake);
    const counts = new Map<number, number>();
    for (let n = 0; n < 6000; n++) {
      environment.restore([10], observation, 0);
      step(right);
      const cell = environment.state()[0]!;
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([6, 11, 14]);
    // Four standard deviations of a count with p = 1/3.
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(4 * 36.6);
  });

  test("that are slippery say what is wrong where no reset gave a generator", () => {
    const environment = frozenLake.create();
    expect(() => environment.step(Float64Array.of(0), 0, new Float64Array(16), 0)).toThrow("reset");
  });
});

describe("CliffWalking", () => {
  test("costs 13 along the edge", () => {
    const { environment, step } = stage(cliffWalking);
    const rewards = [0, ...Array.from({ length: 11 }, () => 1), 2].map((action) => step(action));
    expect(rewards.reduce((sum, reward) => sum + reward)).toBe(-13);
    expect(environment.terminated).toBe(true);
  });

  test("sends back from the cliff at a cost of 100, and goes on", () => {
    const { environment, step } = stage(cliffWalking);
    expect(step(1)).toBe(-100);
    expect([environment.state()[0], environment.terminated]).toEqual([36, false]);
  });

  test("that is slippery goes to three neighbours", () => {
    const { environment, observation, step } = stage(cliffWalkingSlippery);
    const cells = new Set<number>();
    for (let n = 0; n < 200; n++) {
      environment.restore([18], observation, 0);
      step(1);
      cells.add(environment.state()[0]!);
    }
    expect([...cells].sort((a, b) => a - b)).toEqual([6, 19, 30]);
  });
});
