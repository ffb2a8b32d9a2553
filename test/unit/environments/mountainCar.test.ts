import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { mountainCar } from "../../../src/environments/mountainCar.ts";
import { mountainCarContinuous } from "../../../src/environments/mountainCarContinuous.ts";
import { stage, startColumns } from "./support.ts";

const positions = fc.double({ min: -1.2, max: 0.6, noNaN: true });
const velocities = fc.double({ min: -0.07, max: 0.07, noNaN: true });

describe("MountainCar-v0", () => {
  test.prop([positions, velocities, fc.integer({ min: 0, max: 2 })])(
    "stays within track and speed limit",
    (position, velocity, action) => {
      const { environment, step } = stage(mountainCar, [position, velocity]);
      expect(step(action)).toBe(-1);
      const [x, v] = environment.state() as [number, number];
      expect(x >= -1.2 && x <= 0.6).toBe(true);
      expect(Math.abs(v)).toBeLessThanOrEqual(0.07);
      expect(environment.terminated).toBe(x >= 0.5 && v >= 0);
    },
  );

  test.prop([positions, velocities])("the engine adds 0.001 to a speed that no limit cuts", (x, v) => {
    const speeds = [0, 1, 2].map((action) => {
      const { environment, step } = stage(mountainCar, [x, v]);
      step(action);
      return environment.state() as [number, number];
    });
    fc.pre(speeds.every(([at, speed]) => Math.abs(speed) < 0.07 && at > -1.2));
    expect(speeds[2]![1] - speeds[1]![1]).toBeCloseTo(0.001, 15);
    expect(speeds[1]![1] - speeds[0]![1]).toBeCloseTo(0.001, 15);
  });

  test("stops at the left wall", () => {
    const { environment, step } = stage(mountainCar, [-1.19, -0.05]);
    step(0);
    expect(environment.state()).toEqual([-1.2, 0]);
  });

  test("starts at rest between −0.6 and −0.4", () => {
    const [positionColumn, velocityColumn] = startColumns(mountainCar);
    expect(Math.min(...positionColumn!)).toBeGreaterThanOrEqual(-0.6);
    expect(Math.min(...positionColumn!)).toBeLessThan(-0.599);
    expect(Math.max(...positionColumn!)).toBeLessThanOrEqual(-0.4);
    expect(Math.max(...positionColumn!)).toBeGreaterThan(-0.401);
    expect(new Set(velocityColumn)).toEqual(new Set([0]));
  });
});

describe("MountainCarContinuous-v0", () => {
  test("moves as worked out by hand", () => {
    const { environment, step } = stage(mountainCarContinuous, [-0.5, 0, 0]);
    expect(step(1)).toBeCloseTo(-0.1, 12);
    const [position, velocity] = environment.state();
    expect(velocity).toBeCloseTo(0.001323157, 9);
    expect(position).toBeCloseTo(-0.498676843, 7);
  });

  test.prop([positions, velocities, fc.double({ min: -3, max: 3, noNaN: true })])(
    "keeps its state in float32 after the first step, within its limits",
    (position, velocity, action) => {
      const { environment, step } = stage(mountainCarContinuous, [position, velocity, 0]);
      step(action);
      const [x, v] = environment.state() as [number, number];
      expect([Math.fround(x), Math.fround(v)]).toEqual([x, v]);
      expect(x >= Math.fround(-1.2) && x <= Math.fround(0.6)).toBe(true);
      expect(Math.abs(v)).toBeLessThanOrEqual(Math.fround(0.07));
    },
  );

  test.prop([fc.double({ min: -3, max: 3, noNaN: true })])("pays for the action as given", (action) => {
    const single = Math.fround(action);
    expect(stage(mountainCarContinuous, [-0.5, 0, 0]).step(action)).toBeCloseTo(-0.1 * single * single, 12);
  });

  test("counts no more force than 1", () => {
    const after = [1.0000001192092896, 2, 50].map((action) => {
      const { environment, step } = stage(mountainCarContinuous, [-0.5, 0.01, 1]);
      step(action);
      return environment.state();
    });
    expect(after[1]).toEqual(after[0]);
    expect(after[2]).toEqual(after[0]);
  });

  test("pays 100 for the goal and ends there", () => {
    const { environment, step } = stage(mountainCarContinuous, [0.44, 0.05, 1]);
    expect(step(0)).toBe(100);
    expect(environment.terminated).toBe(true);
  });

  test("takes a state of two numbers in the precision it has", () => {
    const { environment, observation, step } = stage(mountainCarContinuous);
    expect(environment.state()[2]).toBe(0);
    step(0);
    environment.restore([-0.5, 0.01], observation, 0);
    expect(environment.state()).toEqual([-0.5, 0.01, 1]);
  });
});
