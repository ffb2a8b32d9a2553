import { describe, expect, test } from "vitest";
import { compileLossText } from "../../../src/engine/lossOnBatch.ts";
import { Minibatches } from "../../../src/engine/minibatches.ts";
import { resolveSettings, type SettingsRequest } from "../../../src/engine/settings.ts";
import { readTargets } from "../../../src/engine/targets.ts";
import { Trainer } from "../../../src/engine/trainer.ts";
import type { PolicySpecification } from "../../../src/policies/policy.ts";
import type { Batch } from "../../../src/rl/batch.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";

const policy: PolicySpecification = {
  observationSize: 2,
  hidden: [3],
  activation: "tanh",
  bias: true,
  actionCount: 2,
  value: { trunk: "own", hidden: [3] },
};

describe("targets that cannot be used are refused with the reason", () => {
  test.each([
    ["", /there is no loss here/],
    ["adv = gae(r, V, gamma, 0.95, V_nxt)", /V_nxt/],
    ["x = r + V", /define none of adv, G_recorded/],
    ["adv = (r + V).sum()", /adv is no column of steps/],
    ["adv = adv + V", /adv/],
  ])("%j", (text, message) => {
    const trainer = () =>
      new Trainer(resolveSettings({ algorithm: "ppo", seed: 1, hidden: [3], targets: text || " " }));
    expect(() => {
      const made = trainer();
      while (made.update < 1) made.advance(1000);
    }).toThrow(message);
  });

  test("where the policy has no V", () => {
    const { value: _, ...plain } = policy;
    expect(() => readTargets("adv = r - V", plain)).toThrow("this policy has no V");
  });
});

describe("a loss on minibatches", () => {
  test.each([
    [
      "-(adv * discounted_returns(r, gamma) * log_pi).mean()",
      /steps of a minibatch do not follow each other/,
    ],
    ["-((r + gamma * V_next - V).detach() * log_pi).mean()", /they have no V_next/],
  ])("%s is refused", (text, message) => {
    expect(() => compileLossText(text, policy, true)).toThrow(message);
  });

  test("without targets has no advantages", () => {
    expect(() => compileLossText("-(adv * log_pi).mean()", policy)).toThrow("no advantages are recorded");
  });
});

/** A batch whose every column tells the row. */
function numbered(steps: number): Batch {
  const rows = Float64Array.from({ length: steps }, (_, row) => row);
  return {
    steps,
    observationSize: 2,
    actionCount: 2,
    observations: Float64Array.from({ length: 2 * steps }, (_, i) => i),
    actions: rows.map((row) => row % 2),
    rewards: rows.map((row) => 10 * row),
    time: rows,
    terminated: Uint8Array.from(rows, (row) => row % 3),
    truncated: new Uint8Array(steps),
    episodes: rows.map((row) => row + 1),
  };
}

describe("minibatches", () => {
  const recorded = { adv: Float64Array.from({ length: 10 }, (_, row) => row / 4) };

  test("take every row once an epoch, with its own columns, in another order each time", () => {
    const passes = { epochs: 3, minibatches: 4 };
    const parts = new Minibatches(numbered(10), recorded, passes, createGenerator(1, "minibatches"));
    const epochs: string[] = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      const seen: number[] = [];
      const order: string[] = [];
      for (let part = 0; part < 4; part++) {
        expect(parts.isDone).toBe(false);
        const batch = parts.next();
        const rows = [...batch.rows!];
        expect([2, 3]).toContain(batch.steps);
        expect([...batch.rewards]).toEqual(rows.map((row) => 10 * row));
        expect([...batch.observations]).toEqual(rows.flatMap((row) => [2 * row, 2 * row + 1]));
        expect([...batch.recorded!.adv!]).toEqual(rows.map((row) => row / 4));
        seen.push(...rows);
        order.push(rows.join());
        parts.advance();
      }
      expect(seen.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      epochs.push(order.join(" "));
    }
    expect(parts.isDone).toBe(true);
    expect(new Set(epochs).size).toBe(3);
  });
});

describe("settings of batches", () => {
  test.each<[SettingsRequest, RegExp]>([
    [{ algorithm: "reinforce", environments: 4 }, /reinforce makes one update of whole episodes/],
    [{ algorithm: "reinforce", epochs: 2 }, /one epoch and one minibatch/],
    [{ algorithm: "ppo", environments: 1, batch: 2, minibatches: 3 }, /has no 3 minibatches/],
    [{ algorithm: "ppo", environments: 4096, batch: 4096 }, /at most 1048576 steps/],
    [{ algorithm: "a2c", batch: 0 }, /1 to 1048576 episodes or steps, not 0/],
    [{ algorithm: "a2c", value: "shared", valueLearningRate: 0.1 }, /needs value own, not shared/],
    [{ algorithm: "a2c", valueLearningRate: -1 }, /above 0, not -1/],
  ])("%j is refused", (request, message) => {
    expect(() => resolveSettings(request)).toThrow(message);
  });
});
