import { describe, expect, test } from "vitest";
import { readReference, recompute } from "./reference.ts";

interface UpdatesFile {
  models: { name: string; kind: string; losses: Record<string, Record<string, unknown>> }[];
}

const read = () => readReference("updates.json") as unknown as UpdatesFile;

describe("updates.json", () => {
  const { summary, failures, skipped, computed } = recompute(read());

  test("loss, gradients, norms, projections, SGD and Adam agree with torch for every model and loss", () => {
    expect(failures).toEqual([]);
    expect(skipped).toEqual({});
    expect(summary).toMatchObject({ cases: 32, compared: 32, failed: 0 });
    expect(summary.worst).toBeLessThanOrEqual(1);
  });

  test("every key that the file has for a loss is computed", () => {
    for (const { name, losses } of read().models) {
      for (const [loss, entry] of Object.entries(losses)) {
        const keys = Object.keys(computed[`${name}/${loss}`] as object);
        expect(keys).toEqual(expect.arrayContaining(Object.keys(entry).filter((key) => key !== "formula")));
      }
    }
  });

  test.each(["mlp_relu_4_16_2", "mlp_tanh_3_8_8_gaussian"])(
    "the rule in the loop is not the rule with θ held, for %s",
    (id) => {
      expect(computed[`${id}/x_raw_rule_in_loop`]).not.toEqual(computed[`${id}/x_raw_rule`]);
    },
  );

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
    expect(recompute(file).summary.failed).toBe(26);
  });

  test.each(["step_norm_value", "step_dot_value", "grad_norm_value"])("a wrong %s is noticed", (key) => {
    const file = read();
    let changed = 0;
    for (const loss of file.models.flatMap((model) => Object.values(model.losses))) {
      if (loss[key] === undefined) continue;
      loss[key] = Array.isArray(loss[key]) ? loss[key].map((value) => value * 1.0000001 + 1e-10) : 0;
      changed++;
    }
    expect(recompute(file).summary.failed).toBe(changed);
    expect(changed).toBe(6);
  });
});
