import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { generalisedAdvantages, nStepReturns, temporalDifferenceErrors } from "../../../src/rl/advantages.ts";
import { discountedReturns } from "../../../src/rl/returns.ts";
import { batches, discounts, lastOf } from "./batches.ts";

describe("temporalDifferenceErrors", () => {
  test.prop([batches, discounts])("is 0 where the values are the returns themselves", (batch, gamma) => {
    const values = discountedReturns(batch.rewards, gamma, batch.ends, batch.bootstrap);
    for (const delta of temporalDifferenceErrors(batch.rewards, values, gamma, batch.ends, batch.bootstrap)) {
      expect(delta).toBeCloseTo(0, 9);
    }
  });

  test("bootstraps a truncated end and not a terminated one", () => {
    const rewards = Float64Array.of(1, 1);
    const values = Float64Array.of(3, 3);
    const ends = { terminated: Uint8Array.of(1, 0), truncated: Uint8Array.of(0, 1) };
    expect(temporalDifferenceErrors(rewards, values, 0.5, ends, Float64Array.of(10, 10))).toEqual(
      Float64Array.of(-2, 3),
    );
  });
});

describe("generalisedAdvantages", () => {
  test.prop([batches, discounts])("is the temporal-difference error for λ = 0", (batch, gamma) => {
    const { rewards, values, ends, bootstrap } = batch;
    expect(generalisedAdvantages(rewards, values, gamma, 0, ends, bootstrap).map((a) => a + 0)).toEqual(
      temporalDifferenceErrors(rewards, values, gamma, ends, bootstrap).map((a) => a + 0),
    );
  });

  test.prop([batches, discounts])("is return minus value for λ = 1", (batch, gamma) => {
    const { rewards, values, ends, bootstrap } = batch;
    const advantages = generalisedAdvantages(rewards, values, gamma, 1, ends, bootstrap);
    const returns = discountedReturns(rewards, gamma, ends, bootstrap);
    for (const [t, advantage] of advantages.entries())
      expect(advantage).toBeCloseTo(returns[t]! - values[t]!, 8);
  });

  test.prop([batches, discounts, discounts])(
    "is the λ-weighted sum of later errors",
    (batch, gamma, lambda) => {
      const { rewards, values, ends, bootstrap } = batch;
      const deltas = temporalDifferenceErrors(rewards, values, gamma, ends, bootstrap);
      const advantages = generalisedAdvantages(rewards, values, gamma, lambda, ends, bootstrap);
      for (const [t, advantage] of advantages.entries()) {
        let sum = 0;
        for (let s = t; s <= lastOf(batch, t); s++) sum += (gamma * lambda) ** (s - t) * deltas[s]!;
        expect(advantage).toBeCloseTo(sum, 8);
      }
    },
  );
});

describe("nStepReturns", () => {
  test.prop([batches, discounts])("is one step of bootstrapping for n = 1", (batch, gamma) => {
    const { rewards, values, ends, bootstrap } = batch;
    const deltas = temporalDifferenceErrors(rewards, values, gamma, ends, bootstrap);
    const targets = nStepReturns(rewards, values, gamma, 1, ends, bootstrap);
    for (const [t, target] of targets.entries()) expect(target).toBeCloseTo(deltas[t]! + values[t]!, 9);
  });

  test.prop([batches, discounts])("is the return where n reaches past every end", (batch, gamma) => {
    const { rewards, values, ends, bootstrap, steps } = batch;
    expect(nStepReturns(rewards, values, gamma, steps, ends, bootstrap)).toEqual(
      discountedReturns(rewards, gamma, ends, bootstrap),
    );
  });

  test.prop([batches, discounts, fc.integer({ min: 2, max: 8 })])(
    "recurs from n − 1 to n",
    (batch, gamma, n) => {
      const { rewards, values, ends, bootstrap } = batch;
      const shorter = nStepReturns(rewards, values, gamma, n - 1, ends, bootstrap);
      const longer = nStepReturns(rewards, values, gamma, n, ends, bootstrap);
      for (let t = 0; t < batch.steps; t++) {
        const expected = lastOf(batch, t) === t ? shorter[t]! : rewards[t]! + gamma * shorter[t + 1]!;
        expect(longer[t]).toBeCloseTo(expected, 9);
      }
    },
  );
});
