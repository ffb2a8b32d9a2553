import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { summariseRatios } from "../../../src/rl/policyRatio.ts";

const logRatios = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 20 });

describe("the summary of a batch's ratios", () => {
  test("is 0 in everything while the policy is the one that acted", () => {
    expect(summariseRatios(new Float64Array(5).fill(1), 0.2)).toEqual({
      approximateKl: 0,
      oldApproximateKl: 0,
      clipFraction: 0,
      epsilon: 0.2,
    });
  });

  // CleanRL's ppo.py for logratio = (ln 1.5, ln 0.9, ln 1.1), clip_coef = 0.2, computed by hand.
  test("has CleanRL's figures", () => {
    const { approximateKl, oldApproximateKl, clipFraction } = summariseRatios(
      Float64Array.of(1.5, 0.9, 1.1),
      0.2,
    );
    const logs = [Math.log(1.5), Math.log(0.9), Math.log(1.1)];
    expect(approximateKl).toBeCloseTo((0.5 - logs[0]! + (-0.1 - logs[1]!) + (0.1 - logs[2]!)) / 3, 15);
    expect(oldApproximateKl).toBeCloseTo(-(logs[0]! + logs[1]! + logs[2]!) / 3, 15);
    expect(clipFraction).toBeCloseTo(1 / 3, 15);
  });

  test("has a KL that is never negative, and exact where one knows the distributions", () => {
    fc.assert(
      fc.property(logRatios, (logs) => {
        const { approximateKl, clipFraction } = summariseRatios(Float64Array.from(logs, Math.exp), 0.2);
        expect(approximateKl).toBeGreaterThanOrEqual(-1e-15);
        expect(clipFraction).toBeGreaterThanOrEqual(0);
        expect(clipFraction).toBeLessThanOrEqual(1);
      }),
    );
  });
});
