import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { pendulum } from "../../../src/environments/pendulum.ts";
import { stage, startColumns } from "./support.ts";

const angles = fc.double({ min: -10, max: 10, noNaN: true });
const speeds = fc.double({ min: -8, max: 8, noNaN: true });

describe("Pendulum-v1", () => {
  test("moves as worked out by hand: hanging down, torque 2", () => {
    const { environment, step } = stage(pendulum, [Math.PI, 0]);
    expect(step(2)).toBeCloseTo(-9.8736044, 6);
    const [angle, speed] = environment.state();
    expect(speed).toBeCloseTo(0.3, 9);
    expect(angle).toBeCloseTo(Math.PI + 0.015, 9);
  });

  test.prop([angles, speeds, fc.double({ min: -6, max: 6, noNaN: true })])(
    "costs between 0 and 16.2736",
    (angle, speed, torque) => {
      const reward = stage(pendulum, [angle, speed]).step(torque);
      expect(reward).toBeLessThanOrEqual(0);
      expect(reward).toBeGreaterThanOrEqual(-16.27360437);
    },
  );

  test.prop([angles, speeds, fc.double({ min: 2, max: 6, noNaN: true })])(
    "counts no more torque than 2, in dynamics and cost",
    (angle, speed, torque) => {
      const one = stage(pendulum, [angle, speed]);
      const other = stage(pendulum, [angle, speed]);
      expect(one.step(torque)).toBe(other.step(2));
      expect(one.environment.state()).toEqual(other.environment.state());
    },
  );

  test.prop([fc.double({ min: -3, max: 3, noNaN: true }), speeds, fc.integer({ min: -3, max: 3 })])(
    "costs the same after whole turns",
    (angle, speed, turns) => {
      const turned = stage(pendulum, [angle + turns * 2 * Math.PI, speed]).step(0);
      expect(turned).toBeCloseTo(stage(pendulum, [angle, speed]).step(0), 9);
    },
  );

  test("never terminates and never turns faster than 8", () => {
    const { environment, step } = stage(pendulum, [3, 7.9]);
    for (let t = 0; t < 50; t++) step(2.5);
    expect(environment.terminated).toBe(false);
    expect(Math.abs(environment.state()[1]!)).toBeLessThanOrEqual(8);
  });

  test("starts anywhere on the circle, at up to 1 rad/s", () => {
    const [angleColumn, speedColumn] = startColumns(pendulum);
    expect(Math.max(...angleColumn!)).toBeGreaterThan(3.12);
    expect(Math.min(...angleColumn!)).toBeLessThan(-3.12);
    expect(Math.max(...speedColumn!.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(Math.max(...speedColumn!)).toBeGreaterThan(0.99);
  });
});
