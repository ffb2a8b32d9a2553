import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { acrobot } from "../../../src/environments/acrobot.ts";
import { stage, startColumns } from "./support.ts";

const angles = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
const speeds = fc.double({ min: -5, max: 5, noNaN: true });

/** Kinetic and potential energy of the two links, angles from hanging down. */
function energy([angle1, angle2, speed1, speed2]: readonly number[]): number {
  const both = speed1! + speed2!;
  const kinetic1 = 0.5 * (0.25 + 1) * speed1! ** 2;
  const square = speed1! ** 2 + 0.25 * both ** 2 + speed1! * both * Math.cos(angle2!);
  const kinetic2 = 0.5 * square + 0.5 * both ** 2;
  const height1 = -0.5 * Math.cos(angle1!);
  const height2 = -Math.cos(angle1!) - 0.5 * Math.cos(angle1! + angle2!);
  return kinetic1 + kinetic2 + 9.8 * (height1 + height2);
}

describe("Acrobot-v1", () => {
  test("hangs still without torque", () => {
    const { environment, step } = stage(acrobot, [0, 0, 0, 0]);
    expect(step(1)).toBe(-1);
    for (const value of environment.state()) expect(value).toBeCloseTo(0, 14);
  });

  test.prop([angles, angles, fc.double({ min: -1, max: 1, noNaN: true })])(
    "keeps its energy without torque, as far as one Runge-Kutta step of 0.2 s can",
    (angle1, angle2, speed) => {
      const start = [angle1, angle2, speed, 0];
      const { environment, step } = stage(acrobot, start);
      step(1);
      expect(Math.abs(energy(environment.state()) - energy(start))).toBeLessThan(0.25);
    },
  );

  test.prop([angles, angles, speeds, speeds, fc.integer({ min: 0, max: 2 })])(
    "mirrored states under mirrored torques stay mirrored",
    (angle1, angle2, speed1, speed2, action) => {
      const one = stage(acrobot, [angle1, angle2, speed1, speed2]);
      const other = stage(acrobot, [-angle1, -angle2, -speed1, -speed2]);
      one.step(action);
      other.step(2 - action);
      for (const [i, value] of one.environment.state().entries()) {
        const mirrored = -other.environment.state()[i]!;
        // A cosine of x − π/2 is not odd to the last bit, and ±π are the same angle.
        const distance = Math.abs(value - mirrored);
        expect(Math.min(distance, i < 2 ? Math.abs(distance - 2 * Math.PI) : distance)).toBeLessThan(1e-9);
      }
    },
  );

  test.prop([angles, angles, speeds, speeds])("keeps angles and speeds within their limits", (...state) => {
    const { environment, step } = stage(acrobot, [state[0], state[1], 4 * state[2], 8 * state[3]]);
    step(2);
    const limits = [Math.PI, Math.PI, 4 * Math.PI, 9 * Math.PI];
    for (const [i, value] of environment.state().entries()) {
      expect(Math.abs(value)).toBeLessThanOrEqual(limits[i]!);
    }
  });

  test("ends above the line, strictly, and pays 0 then", () => {
    expect(stage(acrobot, [Math.PI, 0, 0, 0]).environment.terminated).toBe(true);
    expect(stage(acrobot, [Math.PI / 2, Math.PI / 2, 0, 0]).environment.terminated).toBe(false);
    expect(stage(acrobot, [Math.PI, 0, 0, 0]).step(1)).toBe(0);
  });

  test("starts within 0.1 of hanging still, in float32", () => {
    for (const column of startColumns(acrobot)) {
      expect(Math.max(...column.map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.1));
      expect(Math.max(...column)).toBeGreaterThan(0.099);
      expect(Math.min(...column)).toBeLessThan(-0.099);
      expect(column.map(Math.fround)).toEqual(column);
    }
  });
});
