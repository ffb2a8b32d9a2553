import { describe, expect, test } from "vitest";
import { readReference, recompute } from "./reference.ts";

interface ReturnsFile {
  cases: { gamma: number; rewards: number[]; ends: { bootstrap: number | null }[]; G: number[] }[];
}

const read = () => readReference("returns.json") as unknown as ReturnsFile;

describe("returns.json", () => {
  test("every case agrees with NumPy's backward recursions", () => {
    const { summary, failures } = recompute(read());
    expect(failures).toEqual([]);
    expect(summary).toMatchObject({ cases: 48, compared: 48, failed: 0, skipped: 0 });
  });

  test("every key of the file is computed", () => {
    const { computed } = recompute(read());
    expect(Object.keys(computed["case/34"] as object)).toEqual(
      expect.arrayContaining(["gamma_t", "G", "G_no_bootstrap", "delta", "gae", "n_step"]),
    );
  });

  test("an ignored bootstrap would be noticed", () => {
    const file = read();
    const bootstrapped = file.cases.filter(
      (entry) => entry.gamma > 0 && entry.ends.some((end) => end.bootstrap),
    );
    for (const entry of file.cases) for (const end of entry.ends) end.bootstrap = null;
    expect(recompute(file).summary.failed).toBe(bootstrapped.length);
  });
});
