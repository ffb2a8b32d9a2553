import { expect, test } from "vitest";
import { standardNormal } from "../../../src/rl/normal.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";

test("standardNormal has the first four moments of a standard normal distribution", () => {
  const generator = createGenerator(3, "normal");
  const count = 200_000;
  const draws = Float64Array.from({ length: count }, () => standardNormal(generator));
  const moment = (power: number) => draws.reduce((sum, x) => sum + x ** power, 0) / count;
  // Four standard errors each: the variances of x, x², x³, x⁴ are 1, 2, 15, 96.
  for (const [power, expected, variance] of [
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
  ] as const) {
    expect(Math.abs(moment(power) - expected)).toBeLessThan(4 * Math.sqrt(variance / count));
  }
});

test("standardNormal is finite for the lowest number a generator gives", () => {
  expect(standardNormal({ uniform: () => 0, state: () => [], restore: () => undefined })).toBeCloseTo(0, 15);
});
