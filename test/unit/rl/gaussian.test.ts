import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import {
  inverseSoftplus,
  normalEntropy,
  normalLogProbability,
  normalLogSigmaGradient,
  normalMuGradient,
  softplus,
  squashLogSlope,
  unsquash,
} from "../../../src/rl/gaussian.ts";

const numbers = fc.double({ min: -3, max: 3, noNaN: true });
const logSigmas = fc.double({ min: -1.5, max: 1.5, noNaN: true });

/** Simpson's rule over [from, to] with an even number of parts. */
function integral(of: (x: number) => number, from: number, to: number, parts = 4000): number {
  const width = (to - from) / parts;
  let sum = of(from) + of(to);
  for (let i = 1; i < parts; i++) sum += of(from + i * width) * (i % 2 === 1 ? 4 : 2);
  return (sum * width) / 3;
}

function slope(of: (x: number) => number, at: number): number {
  return (of(at + 1e-5) - of(at - 1e-5)) / 2e-5;
}

describe("the normal distribution", () => {
  test.prop([numbers, logSigmas])(
    "integrates to 1, with mean μ, variance σ² and its entropy",
    (mu, logSigma) => {
      const sigma = Math.exp(logSigma);
      const moment = (of: (a: number, log: number) => number) =>
        integral(
          (a) => {
            const log = normalLogProbability(a, mu, logSigma);
            return Math.exp(log) * of(a, log);
          },
          mu - 10 * sigma,
          mu + 10 * sigma,
        );
      expect(moment(() => 1)).toBeCloseTo(1, 10);
      expect(moment((a) => a - mu)).toBeCloseTo(0, 8);
      expect(moment((a) => (a - mu) ** 2) / sigma ** 2).toBeCloseTo(1, 8);
      expect(moment((_, log) => -log)).toBeCloseTo(normalEntropy(logSigma), 8);
    },
  );

  test.prop([numbers, numbers, logSigmas])(
    "has the gradients that central differences give",
    (a, mu, logSigma) => {
      const byMu = slope((x) => normalLogProbability(a, x, logSigma), mu);
      const byLogSigma = slope((x) => normalLogProbability(a, mu, x), logSigma);
      const close = (actual: number, difference: number) =>
        expect(Math.abs(actual - difference)).toBeLessThan(1e-6 * (1 + Math.abs(difference)));
      close(normalMuGradient(a, mu, logSigma), byMu);
      close(normalLogSigmaGradient(a, mu, logSigma), byLogSigma);
    },
  );

  test.prop([fc.double({ min: -2, max: 2, noNaN: true }), fc.constantFrom(0.5, 1, 2)])(
    "squashed by scale·tanh still integrates to 1",
    (mu, scale) => {
      const logSigma = -0.5;
      const density = (a: number) => {
        const u = unsquash(a, scale);
        return Math.exp(normalLogProbability(u, mu, logSigma) - squashLogSlope(u, scale));
      };
      const mass = (u: number) => density(scale * Math.tanh(u)) * scale * (1 - Math.tanh(u) ** 2);
      expect(integral(mass, -7, 7)).toBeCloseTo(1, 6);
    },
  );

  test.prop([fc.double({ min: -5, max: 5, noNaN: true }), fc.constantFrom(0.5, 1, 2)])(
    "is squashed with the slope of scale·tanh",
    (u, scale) => {
      expect(Math.exp(squashLogSlope(u, scale))).toBeCloseTo(scale * (1 - Math.tanh(u) ** 2), 9);
      expect(scale * Math.tanh(unsquash(scale * Math.tanh(u), scale))).toBeCloseTo(scale * Math.tanh(u), 12);
    },
  );

  test("keeps the squashing's slope where tanh has lost it", () => {
    expect(squashLogSlope(40, 1)).toBeCloseTo(2 * Math.LN2 - 80, 10);
    expect(squashLogSlope(-40, 1)).toBeCloseTo(2 * Math.LN2 - 80, 10);
  });
});

describe("softplus", () => {
  test.prop([fc.double({ min: -30, max: 30, noNaN: true })])(
    "is ln(1 + eˣ), and undone by its inverse",
    (x) => {
      const y = softplus(x);
      expect(y).toBeCloseTo(Math.log1p(Math.exp(x)), 10);
      expect(Math.abs(inverseSoftplus(y) - x)).toBeLessThan(1e-9 * (1 + Math.abs(x)));
    },
  );

  test("neither overflows nor loses the small", () => {
    expect(softplus(1000)).toBe(1000);
    expect(softplus(-700)).toBeCloseTo(Math.exp(-700), 310);
    expect(softplus(-700)).toBeGreaterThan(0);
  });
});
