import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { randomVector, smallBatch } from "../../../src/engine/proof/problem.ts";
import { proveOnUpdate } from "../../../src/engine/proof/request.ts";
import { policyOf } from "../../../src/engine/runPolicy.ts";
import { resolveSettings } from "../../../src/engine/settings.ts";
import { Trainer } from "../../../src/engine/trainer.ts";
import { architectureOf } from "../../../src/policies/architecture.ts";
import { KernelsBackend } from "../../../src/policies/kernels.ts";
import type { PolicySpecification } from "../../../src/policies/policy.ts";
import { maskBytes, RowMasks } from "../../../src/policies/rowMasks.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";
import { kernelsDevice } from "../../util/kernelsDevice.ts";

const base: PolicySpecification = {
  observationSize: 3,
  hidden: [9, 7],
  activation: "relu",
  bias: true,
  actionCount: 3,
  dropout: 0.6,
};

const policies: readonly (readonly [string, PolicySpecification])[] = [
  ["two relu layers", base],
  ["two tanh layers", { ...base, activation: "tanh" }],
  ["one layer, as in pytorch/examples", { ...base, observationSize: 4, hidden: [16], actionCount: 2 }],
  ["wide layers without bias", { ...base, observationSize: 6, hidden: [20, 12], bias: false }],
  [
    "a Gaussian policy with a value network",
    {
      ...base,
      actionCount: 2,
      gaussian: { sigma: "parameter", by: "exp" },
      value: { trunk: "own", hidden: [5] },
    },
  ],
];

/** A batch with masks, drawn as the gatherer draws them. */
function problem(specification: PolicySpecification, seed: number) {
  const generator = createGenerator(seed, "dropout test");
  const theta = randomVector(architectureOf(specification).parameterCount, generator, 0.8);
  const batch = smallBatch(specification, generator);
  const masks = new RowMasks(specification.hidden, specification.dropout!, batch.steps);
  for (let row = 0; row < batch.steps; row++) masks.draw(row, generator);
  return { theta, batch: { ...batch, masks: masks.rows(batch.steps) } };
}

describe.each(policies)("dropout on %s", (_, specification) => {
  test.each([1, 2, 3])(
    "has the gradient that plain loops and central differences have (%i)",
    async (seed) => {
      const { theta, batch } = problem(specification, seed);
      const value = specification.value ? " + (V**2).sum()" : "";
      const loss = `-(gamma**t * r * log_pi).sum() - 0.1 * entropy.sum()${value}`;
      const frozen = { update: 1, batch, theta, specification, gamma: 0.9, learningRate: 0.01, loss };
      const proof = await proveOnUpdate(frozen, loss);
      expect(proof.ok && [proof.status, proof.sentence]).toEqual(["passed", expect.any(String)]);
    },
  );

  test("gives the same bits row by row as in a batch", () => {
    const { theta, batch } = problem(specification, 4);
    const acting = new KernelsBackend(specification);
    const whole = new KernelsBackend(specification);
    for (const backend of [acting, whole]) backend.setTheta(theta);
    const generator = createGenerator(9, "masks");
    for (let row = 0; row < batch.steps; row++) {
      acting.drawMask(row, generator);
      acting.act(batch.observations, row);
    }
    const masks = acting.masks(batch.steps)!;
    const acted = acting.heads(batch.actions, batch.steps, batch);
    const seen = whole.forward(batch.observations, batch.actions, batch.steps, { ...batch, masks });
    expect([...acted.logProbabilities]).toEqual([...seen.logProbabilities]);
    const evaluated = whole.forward(batch.observations, batch.actions, batch.steps, {
      ...batch,
      masks: undefined,
    });
    expect([...acted.logProbabilities]).not.toEqual([...evaluated.logProbabilities]);
  });

  test("without masks is the network without dropout, as in evaluation", () => {
    const { theta, batch } = problem(specification, 5);
    const dropping = new KernelsBackend(specification);
    const plain = new KernelsBackend({ ...specification, dropout: undefined });
    for (const backend of [dropping, plain]) backend.setTheta(theta);
    const { masks: _, ...rest } = batch;
    const logProbs = (backend: KernelsBackend) =>
      backend.forward(rest.observations, rest.actions, rest.steps, rest).logProbabilities;
    for (const [t, value] of logProbs(plain).entries()) expect(logProbs(dropping)[t]).toBeCloseTo(value, 13);
  });
});

test("dropout is refused on a device by its name, and where it has no meaning", () => {
  const resolved = resolveSettings({ algorithm: "reinforce-dropout" });
  const device = kernelsDevice("tensorflow").createPolicy(policyOf(resolved));
  expect(() => new Trainer(resolved, device)).toThrow(/Dropout is computed on kernels, not on tensorflow/);
  const shared = { algorithm: "pytorch-actor-critic", dropout: 0.5 };
  expect(() => resolveSettings(shared)).toThrow(/V on the same trunk would lose them too/);
});

describe("masks", () => {
  property.prop([
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
    fc.double({ min: 0, max: 0.95, noNaN: true }),
    fc.integer({ min: 0, max: 1000 }),
  ])(
    "are what was drawn when they are given back, a factor of 0 or 1/(1 − p) for every unit",
    (hidden, dropout, seed) => {
      const drawn = new RowMasks(hidden, dropout, 2);
      const generator = createGenerator(seed, "masks");
      for (let row = 0; row < 5; row++) {
        drawn.reserve(row + 1);
        drawn.draw(row, generator);
      }
      const bits = drawn.rows(5);
      expect(bits).toHaveLength(5 * maskBytes(hidden));
      const given = new RowMasks(hidden, dropout, 8);
      given.set(bits);
      for (let row = 0; row < 5; row++)
        for (const [layer, size] of hidden.entries())
          for (let unit = 0; unit < size; unit++) {
            const factor = drawn.factor(row, layer, unit);
            expect([0, 1 / (1 - dropout)]).toContain(factor);
            expect(given.factor(row, layer, unit)).toBe(factor);
          }
    },
  );

  test("drop as many as the probability says", () => {
    const masks = new RowMasks([128], 0.6, 1000);
    const generator = createGenerator(3, "masks");
    let kept = 0;
    for (let row = 0; row < 1000; row++) {
      masks.draw(row, generator);
      for (let unit = 0; unit < 128; unit++) if (masks.factor(row, 0, unit) > 0) kept++;
    }
    // Five standard deviations of a binomial share.
    expect(Math.abs(kept / 128_000 - 0.4)).toBeLessThan(5 * Math.sqrt(0.24 / 128_000));
  });
});
