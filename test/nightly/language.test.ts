import { expect, test } from "vitest";
import { fuzzLanguage } from "../util/fuzzLanguage.ts";

/** Set by `npm run test:nightly`. */
const seed = Number(process.env.NIGHTLY_SEED ?? 1);
const runs = Number(process.env.NIGHTLY_RUNS ?? 100_000);
const batch = 10_000;

test.each(Array.from({ length: Math.ceil(runs / batch) }, (_, index) => [index, seed + index] as const))(
  "random and damaged programs neither throw, hang nor touch a global: part %i, seed %i",
  (index, ownSeed) => {
    const wanted = Math.min(batch, runs - index * batch);
    const { evaluated, refused } = fuzzLanguage(wanted, ownSeed);
    expect(evaluated + refused).toBe(wanted);
    expect(evaluated).toBeGreaterThan(0);
  },
);
