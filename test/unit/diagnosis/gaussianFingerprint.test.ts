import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type GaussianDerivative, readGaussian } from "../../../src/diagnosis/gaussianFingerprint.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";

interface Given {
  readonly dimensions: number;
  readonly actions: Float64Array;
  readonly mu: Float64Array;
  readonly logSigma: Float64Array;
  readonly weights: Float64Array;
  readonly beta: Float64Array;
}

function given(seed: number, steps: number, dimensions: number): Given {
  const generator = createGenerator(seed, "gaussian");
  const random = (length: number) => Float64Array.from({ length }, () => 2 * generator.uniform() - 1);
  const size = steps * dimensions;
  return {
    dimensions,
    actions: random(size).map((value) => 3 * value),
    mu: random(size),
    logSigma: random(size),
    weights: random(steps),
    beta: random(steps),
  };
}

/** ∂L/∂μ and ∂L/∂ln σ of −Σ c·ln π − Σ β·H, from ln π = −(a − μ)²/2σ² − ln σ and H = ln σ, up to constants. */
function derivativeOf({ dimensions, actions, mu, logSigma, weights, beta }: Given, withEntropy: boolean) {
  const each = (of: (at: number, t: number) => number) =>
    mu.map((_, at) => of(at, Math.floor(at / dimensions)));
  const variance = (at: number) => Math.exp(2 * logSigma[at]!);
  return {
    mu: each((at, t) => (-weights[t]! * (actions[at]! - mu[at]!)) / variance(at)),
    logSigma: each(
      (at, t) =>
        -weights[t]! * ((actions[at]! - mu[at]!) ** 2 / variance(at) - 1) - (withEntropy ? beta[t]! : 0),
    ),
  };
}

const cases = fc
  .tuple(fc.nat(100_000), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }))
  .map(([seed, steps, dimensions]) => given(seed, steps, dimensions));

function expectClose(actual: Float64Array, expected: Float64Array): void {
  for (const [t, value] of expected.entries()) {
    if (!Number.isNaN(actual[t]!)) expect(Math.abs(actual[t]! - value)).toBeLessThan(1e-8);
  }
}

describe("the weights of a Gaussian policy", () => {
  test("are read twice, from μ and from σ, and agree", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const gradient = derivativeOf(one, true);
        const named = one.weights.slice();
        const read = readGaussian({ ...one, gradient, direct: undefined }, named, one.beta);
        expect(read).toMatchObject({ reading: "exact", formResidual: 0 });
        expectClose(read.readings!.mu, one.weights);
        expectClose(read.readings!.sigma, one.weights);
      }),
    );
  });

  test("are found by projection where the loss names μ and σ themselves", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const gradient = derivativeOf(one, false);
        const read = readGaussian(
          { ...one, gradient, direct: gradient },
          new Float64Array(one.weights.length),
          undefined,
        );
        expect(read.reading).toBe("projected");
        expect(read.formResidual).toBeLessThan(1e-9);
        expectClose(read.weights, one.weights);
      }),
    );
  });

  test("disagree, and leave a rest, where only μ is drawn to the action", () => {
    const one = given(3, 4, 1);
    const gradient: GaussianDerivative = {
      mu: derivativeOf(one, false).mu,
      logSigma: new Float64Array(4),
    };
    const read = readGaussian({ ...one, gradient, direct: gradient }, new Float64Array(4), undefined);
    expect(read.formResidual).toBeGreaterThan(0.01);
    expectClose(read.readings!.mu, one.weights);
    expect([...read.readings!.sigma].every((c) => Math.abs(c) < 1e-12)).toBe(true);
  });
});
