import { test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { discountedReturns, discountPowers } from "../../../src/rl/returns.ts";
import { batches, discounts, lastOf } from "./batches.ts";

describe("discountedReturns", () => {
  test.prop([batches, discounts])(
    "is the discounted sum of the episode's rewards and its bootstrap",
    (batch, gamma) => {
      const returns = discountedReturns(batch.rewards, gamma, batch.ends, batch.bootstrap);
      for (let t = 0; t < batch.steps; t++) {
        const last = lastOf(batch, t);
        let sum = batch.ends.terminated[last] ? 0 : gamma ** (last + 1 - t) * batch.bootstrap[last]!;
        for (let s = t; s <= last; s++) sum += gamma ** (s - t) * batch.rewards[s]!;
        expect(returns[t]).toBeCloseTo(sum, 9);
      }
    },
  );

  test.prop([batches, discounts])(
    "treats a truncated end as terminated where no bootstrap is given",
    (batch, gamma) => {
      const zero = new Float64Array(batch.steps);
      expect(discountedReturns(batch.rewards, gamma, batch.ends)).toEqual(
        discountedReturns(batch.rewards, gamma, batch.ends, zero),
      );
    },
  );

  test("lets termination win where a row is both terminated and truncated", () => {
    const ends = { terminated: Uint8Array.of(1), truncated: Uint8Array.of(1) };
    expect(discountedReturns(Float64Array.of(2), 0.5, ends, Float64Array.of(8))).toEqual(Float64Array.of(2));
  });

  test("is empty for an empty batch", () => {
    const ends = { terminated: new Uint8Array(0), truncated: new Uint8Array(0) };
    expect(discountedReturns(new Float64Array(0), 0.9, ends)).toHaveLength(0);
  });
});

describe("discountPowers", () => {
  test("starts again at 1 with each episode", () => {
    expect(discountPowers(Float64Array.of(0, 1, 2, 0, 1), 0.5)).toEqual(
      Float64Array.of(1, 0.5, 0.25, 1, 0.5),
    );
  });

  test("takes 0 to the power 0 as 1", () => {
    expect(discountPowers(Float64Array.of(0, 1, 2), 0)).toEqual(Float64Array.of(1, 0, 0));
  });
});
