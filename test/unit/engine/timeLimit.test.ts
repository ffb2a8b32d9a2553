import { describe, expect, test } from "vitest";
import { freeze } from "../../../src/engine/frozenUpdate.ts";
import { Inspector } from "../../../src/engine/inspection/inspector.ts";
import { batchRemarks } from "../../../src/engine/inspection/remarks.ts";
import { resolveSettings, type SettingsRequest } from "../../../src/engine/settings.ts";
import { Trainer } from "../../../src/engine/trainer.ts";
import type { EnvironmentRecord } from "../../../src/environments/environment.ts";
import { constantObservation, OneStep } from "../../../src/environments/oneStep.ts";
import { endsEpisode } from "../../../src/rl/episodeEnds.ts";

/** A reward of 1 a step for ever, in episodes that nothing but a time limit of 4 steps ends: V = 1/(1 − γ). */
const endless: EnvironmentRecord = {
  id: "endless",
  title: "a reward of 1 for ever",
  timeLimit: 4,
  solvedAt: undefined,
  reference: "this test",
  create: () => {
    const actionSpace = { kind: "discrete" as const, n: 2, names: ["one", "two"] };
    const task = { observationSpace: constantObservation, actionSpace, observe: () => 1, reward: () => 1 };
    return Object.defineProperty(new OneStep(task), "terminated", { get: () => false, set: () => {} });
  },
};

function trained(request: SettingsRequest, updates: number): Trainer {
  const settings: SettingsRequest = { ...request, seed: 2, hidden: [], bias: false, gamma: 0.9 };
  const trainer = new Trainer({ ...resolveSettings(settings), environment: endless });
  while (trainer.update < updates) trainer.advance(4096);
  return trainer;
}

const critics: readonly (readonly [string, SettingsRequest])[] = [
  ["a2c", { algorithm: "a2c", environments: 2, batch: 10, learningRate: 0.1, clipNorm: null }],
  ["actor-critic-one-step", { algorithm: "actor-critic-one-step", valueLearningRate: 0.1 }],
  [
    "actor-critic-one-step by episodes",
    {
      algorithm: "reinforce-baseline",
      loss: "d = (r + gamma * V_next - V).detach()\n-(d * V).sum() - (d * log_pi).sum()",
      valueLearningRate: 0.05,
    },
  ],
];

describe.each(critics)("V by %s where only a time limit ends episodes", (_, request) => {
  const learnedValue = (trainer: Trainer) => trainer.backend.theta().at(-1)!;

  test("is what follows for ever, with bootstrapping at the limit", () => {
    expect(learnedValue(trained(request, 4000))).toBeCloseTo(10, 1);
  });

  test("is far too low where the limit counts as an end", () => {
    expect(learnedValue(trained({ ...request, bootstrapTruncated: false }, 4000))).toBeLessThan(4);
  });
});

describe("an update whose time limits count as ends", () => {
  const request: SettingsRequest = {
    algorithm: "a2c",
    environments: 1,
    batch: 10,
    bootstrapTruncated: false,
  };

  test("has no V behind them, but has it behind the batch's own cut; ends are where they were", () => {
    const inspector = new Inspector(freeze(trained(request, 3).lastFrozen()!));
    const { batch } = inspector.frozen;
    const { values, nextValues, finalValues } = inspector.heads;
    expect([...batch.terminated].every((flag) => flag === 0)).toBe(true);
    const ends = [...batch.truncated.keys()].filter((t) => endsEpisode(batch, t, batch.steps));
    const other = new Inspector(freeze(trained({ ...request, bootstrapTruncated: true }, 3).lastFrozen()!))
      .frozen.batch;
    expect(ends).toEqual([...other.truncated.keys()].filter((t) => endsEpisode(other, t, other.steps)));
    for (const t of batch.truncated.keys()) {
      const isLimit = batch.time[t] === 3;
      expect(nextValues![t]).toBe(isLimit ? 0 : values![0]);
    }
    expect(finalValues).toEqual(Float64Array.from(ends, () => values![0]!));
  });

  test("says what their δ lacks, and nothing where V follows", () => {
    const inspector = new Inspector(freeze(trained(request, 3).lastFrozen()!));
    const lacking = (0.9 * inspector.heads.values![0]!).toPrecision(4).replace("-", "−");
    const limits = [...inspector.frozen.batch.time].filter((time) => time === 3).length;
    const [remark] = batchRemarks(inspector);
    expect(remark).toContain(`δ lacks γV(s_T) (${Array(limits).fill(lacking).join(", ")})`);
    const bootstrapped = trained({ ...request, bootstrapTruncated: true }, 3);
    expect(batchRemarks(new Inspector(freeze(bootstrapped.lastFrozen()!)))).toEqual([]);
  });
});
