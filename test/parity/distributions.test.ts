import { describe, expect, test } from "vitest";
import { readReference, recompute } from "./reference.ts";

describe("distributions.json", () => {
  const { summary, failures, skipped } = recompute(readReference("distributions.json"));

  test("every categorical case agrees with torch.distributions", () => {
    expect(failures).toEqual([]);
    expect(summary).toMatchObject({ compared: 43, failed: 0 });
    expect(summary.worst).toBeLessThanOrEqual(1);
  });

  test("only Gaussian cases are skipped", () => {
    const kinds = new Set(Object.keys(skipped).map((id) => id.split("/")[0]));
    expect(kinds).toEqual(new Set(["normal", "diagonal_normal", "tanh_normal"]));
  });

  test.each(["probs", "log_prob", "entropy", "dlog_prob_dlogits", "dentropy_dlogits"])(
    "a wrong %s is noticed in every case",
    (key) => {
      const file = readReference("distributions.json") as unknown as {
        categorical: Record<string, unknown>[];
      };
      const moved = (value: unknown): unknown =>
        Array.isArray(value) ? value.map(moved) : typeof value === "number" ? value * (1 + 1e-7) + 1e-7 : 0;
      for (const entry of file.categorical) entry[key] = moved(entry[key]);
      expect(recompute(file).summary.failed).toBe(43);
    },
  );
});
