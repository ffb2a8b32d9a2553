import { describe, expect, test } from "vitest";
import { corridorRuns } from "../../src/engine/conformance/corridorRuns.ts";
import { readReference, recompute } from "./reference.ts";

interface CorridorFile {
  grid: { p_right: number; J: number; v: number[] }[];
  gradients: { dJ_dtheta: number[] }[];
  reinforce?: { frozen: { mean_total_reward: number; standard_error: number }[] };
}

const read = () => readReference("short_corridor.json") as unknown as CorridorFile;

describe("short_corridor.json", () => {
  test("exact values and 400 runs of REINFORCE, θ held or changing in the loop, agree", {
    timeout: 120_000,
  }, () => {
    const { summary, failures, computed } = recompute(read());
    expect(failures).toEqual([]);
    expect(summary).toMatchObject({ cases: 30, compared: 30, failed: 0, skipped: 0 });
    const curve = computed["reinforce/frozen"] as { runs: number; mean_total_reward: number }[];
    expect(curve[0]!.runs).toBe(400);
    expect(curve.at(-1)!.mean_total_reward).toBeGreaterThan(curve[0]!.mean_total_reward + 50);
  });

  test("a wrong value or gradient is noticed", () => {
    const { reinforce: _, ...file } = read();
    file.grid[3]!.v[1]! += 1e-6;
    file.gradients[0]!.dJ_dtheta.reverse();
    expect(recompute(file).summary.failed).toBe(2);
  });

  test("a learning curve 10 standard errors off is noticed", { timeout: 60_000 }, () => {
    const { reinforce, ...file } = read();
    const frozen = reinforce!.frozen.slice(0, 2);
    frozen[1]!.mean_total_reward += 10 * frozen[1]!.standard_error;
    expect(recompute({ ...file, reinforce: { frozen } }).summary.failed).toBe(1);
  });

  test("the same runs give the same curves", () => {
    const runs = () => corridorRuns("frozen", 2 ** -13, [1.5, -1.5], 3, 20);
    expect(runs()).toEqual(runs());
  });
});
