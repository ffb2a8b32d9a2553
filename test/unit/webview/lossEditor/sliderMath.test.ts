import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  keptRange,
  replaceNumber,
  sliderRange,
  sliderText,
} from "../../../../webview/lossEditor/sliderMath.ts";

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe("a slider's range", () => {
  property.prop([fc.constantFrom("beta", "gamma", "k"), finite])("holds its number", (name, value) => {
    const { low, high } = sliderRange(name, value);
    expect(low).toBeLessThanOrEqual(value);
    expect(high).toBeGreaterThanOrEqual(value);
  });

  test("goes from 0 to 1 for a discount", () => {
    expect(sliderRange("gamma", 0.99)).toEqual({ low: 0, high: 1, step: 0.001 });
  });

  test("has the size of a small number", () => {
    expect(sliderRange("beta", 1e-4)).toMatchObject({ low: 0, high: expect.closeTo(1e-3, 12) });
  });

  test("has whole steps for whole numbers", () => {
    expect(sliderRange("n", 5)).toEqual({ low: 0, high: 10, step: 1 });
  });

  test("stays while the number stays in it", () => {
    const range = sliderRange("beta", 0.5);
    expect(keptRange(range, "beta", 0.01)).toBe(range);
    expect(keptRange(range, "beta", 7)).not.toBe(range);
  });
});

describe("a moved slider", () => {
  test("writes no more digits than its step has", () => {
    expect([sliderText(0.30000000000000004, 0.001), sliderText(3, 1), sliderText(0.00012, 1e-6)]).toEqual([
      "0.3",
      "3",
      "0.00012",
    ]);
  });

  test("replaces its number and nothing else", () => {
    const text = "beta = 0\nk = 10\nloss = beta * k";
    const numbers = [
      { name: "beta", value: 0, start: 7, end: 8 },
      { name: "k", value: 10, start: 13, end: 15 },
    ];
    const changed = replaceNumber(text, numbers, 0, "0.125");
    expect(changed.text).toBe("beta = 0.125\nk = 10\nloss = beta * k");
    const [, k] = changed.numbers;
    expect(changed.text.slice(k!.start, k!.end)).toBe("10");
    expect(replaceNumber(changed.text, changed.numbers, 1, "7").text).toBe(
      "beta = 0.125\nk = 7\nloss = beta * k",
    );
  });
});
