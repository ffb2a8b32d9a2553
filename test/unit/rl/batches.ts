import { fc } from "@fast-check/vitest";

export const finite = (magnitude: number) =>
  fc
    .double({ min: -magnitude, max: magnitude, noNaN: true })
    .map((value) => (Math.abs(value) < 1e-6 ? 0 : value));

/** Rewards, values, bootstraps and ends of a batch of up to 25 steps. */
export const batches = fc
  .array(
    fc.record({
      reward: finite(10),
      value: finite(10),
      bootstrap: finite(10),
      end: fc.constantFrom("none", "none", "none", "terminated", "truncated"),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((rows) => ({
    steps: rows.length,
    rewards: Float64Array.from(rows, (row) => row.reward),
    values: Float64Array.from(rows, (row) => row.value),
    bootstrap: Float64Array.from(rows, (row) => row.bootstrap),
    ends: {
      terminated: Uint8Array.from(rows, (row) => (row.end === "terminated" ? 1 : 0)),
      truncated: Uint8Array.from(rows, (row) => (row.end === "truncated" ? 1 : 0)),
    },
  }));

export const discounts = fc.double({ min: 0, max: 1, noNaN: true });

/** The row that ends the episode of row t. */
export function lastOf(
  batch: { steps: number; ends: { terminated: Uint8Array; truncated: Uint8Array } },
  t: number,
): number {
  let last = t;
  while (last < batch.steps - 1 && !batch.ends.terminated[last] && !batch.ends.truncated[last]) last++;
  return last;
}
