import { describe, expect, test } from "vitest";
import { parseHidden, parseSeed, readTrainArguments } from "../../../src/host/training/trainArguments.ts";

describe("arguments of Train REINFORCE", () => {
  test("are passed on as they were given", () => {
    const request = {
      environment: "CartPole-v1",
      seed: 7,
      hidden: [64, 64],
      backend: "kernels",
      learningRate: 0.01,
      gamma: 0.9,
    };
    expect(readTrainArguments(request)).toEqual({ ok: true, arguments: request });
  });

  test("may all be left out", () => {
    expect(readTrainArguments({})).toEqual({ ok: true, arguments: {} });
  });

  test("take one hidden size as a list of one", () => {
    expect(readTrainArguments({ hidden: 16 })).toEqual({ ok: true, arguments: { hidden: [16] } });
  });

  test.each([
    [{ seed: 1.5 }, /seed is a whole number/],
    [{ seed: -1 }, /seed is not negative/],
    [{ seed: "7" }, /seed is a number/],
    [{ gamma: 1.01 }, /gamma lies between 0 and 1/],
    [{ gamma: Number.NaN }, /gamma is a number/],
    [{ learningRate: 0 }, /learningRate is above 0/],
    [{ learningRate: Number.POSITIVE_INFINITY }, /learningRate is finite/],
    [{ hidden: [0] }, /at least 1|from 1 to/],
    [{ hidden: 9999 }, /at most 8192|from 1 to/],
    [{ hidden: Array(9).fill(4) }, /at most 8/],
    [{ backend: "cuda" }, /backend is one of auto, kernels, tensorflow, webgpu/],
    [{ optimiser: "rmsprop" }, /optimiser is one of adam, sgd/],
    [{ environment: 3 }, /environment is a text/],
    [{ envronment: "CartPole-v1" }, /envronment.*environment, algorithm, seed/],
    [{ loss: "x".repeat(5000) }, /4 KiB/],
    [null, /argument/],
    [[], /argument/],
    ["CartPole-v1", /argument/],
  ])("refuse %j in words that name what is wrong", (request, message) => {
    expect(readTrainArguments(request)).toEqual({ ok: false, message: expect.stringMatching(message) });
  });

  test("cannot smuggle a prototype in", () => {
    const request: unknown = JSON.parse('{"__proto__": {"environment": "x"}, "seed": 1}');
    const read = readTrainArguments(request);
    expect(read.ok && Object.getPrototypeOf(read.arguments) !== Object.prototype).toBe(false);
  });
});

describe("what is typed", () => {
  test.each([
    ["", undefined],
    ["16", [16]],
    ["64, 64", [64, 64]],
    ["64 32 16", [64, 32, 16]],
    ["64x64", [64, 64]],
  ])("%j are the hidden sizes %j", (text, hidden) => {
    expect(parseHidden(text)).toEqual({ ok: true, hidden });
  });

  test.each(["a", "0", "-3", "1.5", "64,", "9000", "1,1,1,1,1,1,1,1,1"])("%j are no hidden sizes", (text) => {
    expect(parseHidden(text).ok).toBe(false);
  });

  test.each([
    ["", 1],
    ["0", 0],
    [" 42 ", 42],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ])("%j is the seed %d", (text, seed) => {
    expect(parseSeed(text)).toEqual({ ok: true, seed });
  });

  test.each(["-1", "1.0", "1e3", "0x10", "9007199254740993", "seven"])("%j is no seed", (text) => {
    expect(parseSeed(text).ok).toBe(false);
  });
});
