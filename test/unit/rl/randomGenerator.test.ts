import { fc, test } from "@fast-check/vitest";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect } from "vitest";
import { createGenerator, RandomGenerator } from "../../../src/rl/randomGenerator.ts";

const seeds = fc.maxSafeInteger();
const draw = (generator: RandomGenerator, count: number) =>
  Array.from({ length: count }, () => generator.uniform());

describe("createGenerator", () => {
  test.prop([seeds, fc.string()])("gives the same numbers for the same seed and purpose", (seed, purpose) => {
    expect(draw(createGenerator(seed, purpose), 20)).toEqual(draw(createGenerator(seed, purpose), 20));
  });

  test.prop([seeds])("gives other numbers for another purpose or a neighbouring seed", (seed) => {
    const base = draw(createGenerator(seed, "actions"), 4);
    expect(draw(createGenerator(seed, "environment"), 4)).not.toEqual(base);
    expect(draw(createGenerator(seed > 0 ? seed - 1 : seed + 1, "actions"), 4)).not.toEqual(base);
  });

  test.each([Number.NaN, 1.5, 2 ** 53, Number.POSITIVE_INFINITY])("refuses %s as a seed", (seed) => {
    expect(() => createGenerator(seed, "actions")).toThrow(RangeError);
  });

  test("has no correlation between the streams of neighbouring seeds", () => {
    const count = 20_000;
    const first = draw(createGenerator(1, "actions"), count);
    const second = draw(createGenerator(2, "actions"), count);
    let covariance = 0;
    for (let i = 0; i < count; i++) covariance += (first[i]! - 0.5) * (second[i]! - 0.5);
    expect(Math.abs((12 * covariance) / Math.sqrt(count))).toBeLessThan(4);
  });
});

describe("uniform", () => {
  test.prop([seeds])("lies in [0, 1) and is a multiple of 2^-53", (seed) => {
    for (const value of draw(createGenerator(seed, "test"), 100)) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
      expect(Number.isInteger(value * 2 ** 53)).toBe(true);
    }
  });

  test("takes the upper bits of two outputs of the generator", () => {
    const state = [11, -22, 33, -44];
    const outputs = [...state];
    // xoroshiro128+ in 64-bit arithmetic; state words are (s0 high, s0 low, s1 high, s1 low).
    const mask = (1n << 64n) - 1n;
    const word = (high: number, low: number) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    let s0 = word(outputs[0]!, outputs[1]!);
    let s1 = word(outputs[2]!, outputs[3]!);
    const rotate = (value: bigint, bits: bigint) => ((value << bits) | (value >> (64n - bits))) & mask;
    const next = () => {
      const result = (s0 + s1) & mask;
      s1 ^= s0;
      s0 = (rotate(s0, 24n) ^ s1 ^ (s1 << 16n)) & mask;
      s1 = rotate(s1, 37n);
      return Number(result & 0xffffffffn);
    };
    const generator = new RandomGenerator(state);
    for (let i = 0; i < 50; i++) {
      const high = next() >>> 5;
      const low = next() >>> 6;
      expect(generator.uniform()).toBe((high * 2 ** 26 + low) / 2 ** 53);
    }
  });

  test("is uniform over 64 equal cells", () => {
    const generator = createGenerator(7, "cells");
    const counts = new Float64Array(64);
    const draws = 64_000;
    for (let i = 0; i < draws; i++) counts[Math.floor(generator.uniform() * 64)]! += 1;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 63 degrees of freedom: mean 63, standard deviation 11.2.
    expect(chiSquare).toBeGreaterThan(25);
    expect(chiSquare).toBeLessThan(115);
  });
});

describe("state", () => {
  test.prop([seeds, fc.integer({ min: 0, max: 50 })])(
    "continues bit for bit after a JSON round trip",
    (seed, skipped) => {
      const generator = createGenerator(seed, "test");
      draw(generator, skipped);
      const stored = JSON.parse(JSON.stringify(generator.state())) as number[];
      const expected = draw(generator, 20);
      const restored = createGenerator(0, "other");
      restored.restore(stored);
      expect(draw(restored, 20)).toEqual(expected);
      generator.restore(stored);
      expect(draw(generator, 20)).toEqual(expected);
    },
  );

  test("is that of the library's generator", () => {
    const library = xoroshiro128plus(42);
    const generator = new RandomGenerator(library.getState());
    generator.uniform();
    library.next();
    library.next();
    expect(generator.state()).toEqual(library.getState());
  });
});
