import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { derivativeAtZero, roundingNoise } from "../../../../src/engine/proof/differences.ts";

/** Functions with their derivative at x, known in closed form. */
const functions: readonly (readonly [string, (x: number) => number, (x: number) => number])[] = [
  ["exp", Math.exp, Math.exp],
  ["tanh", Math.tanh, (x) => 1 - Math.tanh(x) ** 2],
  ["sin(5x)", (x) => Math.sin(5 * x), (x) => 5 * Math.cos(5 * x)],
  ["a cubic", (x) => x ** 3 - 2 * x, (x) => 3 * x * x - 2],
  ["1/(3+x)", (x) => 1 / (3 + x), (x) => -1 / (3 + x) ** 2],
];

describe("a difference", () => {
  test.each(functions)("of %s is right to its own error, and to 1e-9", (_, f, slope) => {
    fc.assert(
      fc.property(fc.double({ min: -2, max: 2, noNaN: true }), (x) => {
        const { value, error } = derivativeAtZero((h) => f(x + h), 2 ** -5, Number.EPSILON * Math.abs(f(x)));
        expect(Math.abs(value - slope(x))).toBeLessThanOrEqual(Math.max(8 * error, 1e-14));
        expect(Math.abs(value - slope(x))).toBeLessThanOrEqual(1e-9);
      }),
      { seed: 2 },
    );
  });

  test("of a value that is no number is no number, with no error to trust", () => {
    const { value, error } = derivativeAtZero(() => Number.NaN, 0.1, 0);
    expect([value, error]).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
  });

  test("across a kink has an error as large as the kink", () => {
    const { value, error } = derivativeAtZero((h) => Math.abs(h - 0.003), 2 ** -5, 1e-16);
    expect(Math.abs(value - -1)).toBeLessThanOrEqual(8 * error);
  });
});

describe("the noise of values", () => {
  test.each([1e-12, 1e-9, 1e-6])("of %f is found within a factor of 3", (size) => {
    let state = 1;
    const uniform = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32 - 0.5;
    };
    const noise = roundingNoise((h) => 2 + 3 * h + size * uniform(), 2 ** -32);
    const deviation = size / Math.sqrt(12);
    expect(noise).toBeGreaterThan(deviation / 3);
    expect(noise).toBeLessThan(deviation * 3);
  });

  test("is at least half a unit in the last place", () => {
    expect(roundingNoise(() => 8, 2 ** -32)).toBe(4 * Number.EPSILON);
  });
});
