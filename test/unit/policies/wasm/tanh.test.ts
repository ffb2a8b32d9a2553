import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { kernelMemories } from "../../../../src/policies/wasm/kernelMemory.ts";

const createMemory = kernelMemories();

/** tanh by the kernel, in a row of its own. */
function tanh(...values: number[]): number[] {
  const count = values.length + (values.length % 2);
  const { numbers, kernels } = createMemory(count);
  numbers.set(values);
  kernels.tanh(0, 8 * count, 1, count);
  return [...numbers.subarray(0, values.length)];
}

/** Whole numbers stand for fractions of 2^200: far more digits than a float64 has. */
const digits = 200n;
const one = 1n << digits;

/** A float64 as a fraction of 2^200; exact for those that are not smaller than 2^−140. */
function exact(value: number): bigint {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0]!;
  const exponent = (bits >> 52n) & 0x7ffn;
  const shift = exponent - 1075n + digits;
  const mantissa = (bits & 0xfffffffffffffn) | (1n << 52n);
  const size = shift < 0n ? mantissa >> -shift : mantissa << shift;
  return bits >> 63n === 1n ? -size : size;
}

/** (e^{2x} − 1)/(e^{2x} + 1) by the series of e^y for y = 2x/2^20, squared twenty times. */
function exactTanh(x: number): bigint {
  const y = exact(x) >> 19n;
  let [power, sum] = [one, one];
  for (let n = 1n; power !== 0n && n < 60n; n++) {
    power = (power * y) / (n << digits);
    sum += power;
  }
  for (let n = 0; n < 20; n++) sum = (sum * sum) >> digits;
  return ((sum - one) << digits) / (sum + one);
}

/** How far a value lies from tanh x, in units of its last place. */
function unitsOff(value: number, x: number): number {
  const place = exact(2 ** (Math.floor(Math.log2(Math.abs(value))) - 52));
  const off = exact(value) - exactTanh(x);
  return Number((1000n * (off < 0n ? -off : off)) / place) / 1000;
}

const ordinary = fc.oneof(
  fc.double({ min: -25, max: 25, noNaN: true }),
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.double({ min: 0.15, max: 0.7, noNaN: true }),
);

describe("tanh of the kernels", () => {
  test.prop([ordinary.filter((x) => Math.abs(x) > 1e-30)], { numRuns: 500 })(
    "lies within 2.5 units in the last place of the exact value",
    (x) => {
      expect(unitsOff(tanh(x)[0]!, x)).toBeLessThan(2.5);
    },
  );

  test.prop([fc.double({ noNaN: true })])("is odd, bit for bit", (x) => {
    const [value, opposite] = tanh(x, -x);
    expect(opposite).toBe(-value!);
  });

  test.prop([fc.double({ min: -1.8e-8, max: 1.8e-8, noNaN: true })])("keeps a tiny x", (x) => {
    expect(tanh(x)[0]).toBe(x);
  });

  test.prop([ordinary, fc.double({ min: 1e-15, max: 1, noNaN: true })])("never falls", (x, more) => {
    const above = x + more * Math.max(Math.abs(x), 1e-300);
    const [lower, upper] = tanh(x, above);
    expect(upper).toBeGreaterThanOrEqual(lower!);
  });

  test("has its limits, keeps zeros with their sign, and NaN", () => {
    expect(tanh(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 19.1)).toEqual([1, -1, 1, 1]);
    expect(tanh(0, -0, Number.NaN, 5e-324)).toEqual([0, -0, Number.NaN, 5e-324]);
  });

  test.prop([fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 })])(
    "gives the same in rows, and leaves what lies between them",
    (rows, pairs) => {
      const [count, stride] = [2 * pairs, 2 * pairs + 3];
      const { numbers, kernels } = createMemory(rows * stride);
      const before = numbers.map((_, n) => Math.sin(n));
      numbers.set(before);
      kernels.tanh(0, 8 * stride, rows, count);
      const expected = before.map((x, n) => (n % stride < count ? tanh(x)[0]! : x));
      expect(numbers).toEqual(expected);
    },
  );
});
