import { describe, expect, test } from "vitest";
import { readReference, recompute } from "./reference.ts";

type Kind = "categorical" | "normal" | "diagonal_normal" | "tanh_normal";

const readFile = () =>
  readReference("distributions.json") as unknown as Record<Kind, Record<string, unknown>[]>;

const moved = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(moved)
    : typeof value === "number"
      ? value + 1e-7 * (1 + Math.abs(value))
      : 0;

describe("distributions.json", () => {
  const { summary, failures, skipped } = recompute(readReference("distributions.json"));

  test("every case agrees with torch.distributions", () => {
    expect(failures).toEqual([]);
    expect(skipped).toEqual({});
    expect(summary).toMatchObject({ compared: 84, failed: 0 });
    expect(summary.worst).toBeLessThanOrEqual(1);
  });

  test.each(["probs", "log_prob", "entropy", "dlog_prob_dlogits", "dentropy_dlogits"])(
    "a wrong %s is noticed in every case",
    (key) => {
      const file = readFile();
      for (const entry of file.categorical) entry[key] = moved(entry[key]);
      expect(recompute(file).summary.failed).toBe(43);
    },
  );

  test.each(["log_prob", "dlog_prob_dmu", "dlog_prob_dlog_sigma"])(
    "a wrong %s is noticed in every Gaussian case",
    (key) => {
      const file = readFile();
      for (const entry of [...file.normal, ...file.diagonal_normal, ...file.tanh_normal]) {
        entry[key] = moved(entry[key]);
      }
      expect(recompute(file).summary.failed).toBe(41);
    },
  );
});
