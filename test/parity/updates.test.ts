import { describe, expect, test } from "vitest";
import { readReference, recompute } from "./reference.ts";

interface UpdatesFile {
  models: { name: string; kind: string; losses: Record<string, Record<string, unknown>> }[];
}

const read = () => readReference("updates.json") as unknown as UpdatesFile;

describe("updates.json", () => {
  const { summary, failures, skipped, computed } = recompute(read());

  test("loss, gradients, norms, projections, SGD and Adam agree with torch for the categorical models", () => {
    expect(failures).toEqual([]);
    expect(summary).toMatchObject({ cases: 32, compared: 18, failed: 0 });
    expect(summary.worst).toBeLessThanOrEqual(1);
  });

  test("every key that the file has for a loss is computed", () => {
    for (const { name, kind, losses } of read().models) {
      if (kind !== "categorical") continue;
      for (const [loss, entry] of Object.entries(losses)) {
        if (`${name}/${loss}` in skipped) continue;
        const keys = Object.keys(computed[`${name}/${loss}`] as object);
        expect(keys).toEqual(expect.arrayContaining(Object.keys(entry).filter((key) => key !== "formula")));
      }
    }
  });

  test("only value and Gaussian heads are skipped", () => {
    for (const [id, reason] of Object.entries(skipped)) {
      const isValue = /\/(vi_baseline|ix_actor_critic)$/.test(id);
      expect(reason).toMatch(id.includes("gaussian") ? /Gaussian head/ : /value head/);
      expect(isValue || id.includes("gaussian")).toBe(true);
    }
  });

  test("the rule in the loop is not the rule with θ held", () => {
    const id = "mlp_relu_4_16_2";
    expect(computed[`${id}/x_raw_rule_in_loop`]).not.toEqual(computed[`${id}/x_raw_rule`]);
  });

  test.each([
    "loss",
    "per_step_loss",
    "dloss_doutputs",
    "grad",
    "step_norm_policy",
    "step_dot_policy",
    "after_3_adam",
  ])("a wrong %s is noticed", (key) => {
    const file = read();
    const moved = (value: unknown): unknown => {
      if (typeof value === "number") return value * (1 + 1e-7) + 1e-10;
      if (Array.isArray(value)) return value.map(moved);
      return Object.fromEntries(Object.entries(value as object).map(([name, part]) => [name, moved(part)]));
    };
    for (const model of file.models)
      for (const loss of Object.values(model.losses)) loss[key] = moved(loss[key]);
    expect(recompute(file).summary.failed).toBe(14);
  });
});
