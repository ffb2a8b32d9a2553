import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { algorithms } from "../../../src/algorithms/registry.ts";
import { Inspector } from "../../../src/engine/inspection/inspector.ts";
import { reopenUpdate } from "../../../src/engine/replay.ts";
import { resolveSettings, type SettingsRequest } from "../../../src/engine/settings.ts";
import { Trainer } from "../../../src/engine/trainer.ts";
import { decodeTrainerState, encodeTrainerState } from "../../../src/engine/trainerState.ts";
import { TrainingSession } from "../../../src/engine/trainingSession.ts";
import { openRun } from "../../../src/runs/runReader.ts";
import type { UpdateSummary } from "../../../src/runs/summary.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

/** Every algorithm on an environment of each kind that it can act in, with batches small enough to see several. */
const requests: readonly SettingsRequest[] = algorithms.flatMap(
  ({ id, actions, timing, targets, defaults }) => {
    const small = {
      algorithm: id,
      seed: 3,
      hidden: [8],
      ...(timing === "steps" && defaults["*"]?.stepsPerUpdate !== 1 && { environments: 3, batch: 20 }),
      ...(targets !== undefined && { epochs: 3, minibatches: 4 }),
    };
    const discrete = { ...small, environment: "CartPole-v1" };
    const continuous = { ...small, environment: "Pendulum-v1" };
    const slippery = { ...small, environment: "FrozenLake-v1" };
    if (actions !== undefined) return [actions === "discrete" ? discrete : continuous];
    return [discrete, continuous, slippery];
  },
);

/** What a run may have beside its algorithm. */
const variants: readonly (readonly [string, SettingsRequest])[] = [
  ["ppo, annealed", { algorithm: "ppo", environments: 2, batch: 16, epochs: 2, annealSteps: 5000 }],
  [
    "ppo with dropout",
    { algorithm: "ppo", environments: 2, batch: 16, epochs: 2, minibatches: 4, dropout: 0.3 },
  ],
  [
    "a2c of tanh layers with dropout",
    { algorithm: "a2c", environments: 2, batch: 16, hidden: [8, 8], dropout: 0.5 },
  ],
  ["a time limit as an end", { algorithm: "a2c", environments: 2, batch: 150, bootstrapTruncated: false }],
];

const named = [
  ...requests.map((request) => [`${request.algorithm}`, request] as const),
  ...variants.map(
    ([name, request]) => [name, { hidden: [8], ...request, environment: "Pendulum-v1", seed: 3 }] as const,
  ),
].map(([name, request]) => [name, request.environment, request] as const);

function summariesUntil(trainer: Trainer, update: number, budget = 4096): UpdateSummary[] {
  const made: UpdateSummary[] = [];
  while (trainer.update < update) {
    const summary = trainer.advance(budget);
    if (summary) made.push(summary);
  }
  return made;
}

const withoutTime = (summaries: readonly UpdateSummary[]) =>
  summaries.map(({ milliseconds: _, ...rest }) => rest);

describe.each(named)("%s on %s", (_, __, request) => {
  test("gives the same numbers however the work is cut into calls", () => {
    const whole = summariesUntil(new Trainer(resolveSettings(request)), 12);
    const cut = summariesUntil(new Trainer(resolveSettings(request)), 12, 7);
    expect(withoutTime(cut)).toEqual(withoutTime(whole));
  });

  test.each([0, 1, 5])("goes on bit for bit from the state stored %i steps after an update", (steps) => {
    const trainer = new Trainer(resolveSettings(request));
    summariesUntil(trainer, 13);
    if (steps > 0) trainer.advance(steps);
    const stored = encodeTrainerState(trainer.state());
    const restored = new Trainer(resolveSettings(request));
    restored.restore(decodeTrainerState(stored));
    expect(restored.update).toBeLessThanOrEqual(trainer.update);
    summariesUntil(restored, trainer.update);
    const rest = summariesUntil(trainer, 30);
    expect(withoutTime(summariesUntil(restored, 30))).toEqual(withoutTime(rest));
    expect(restored.backend.theta()).toEqual(trainer.backend.theta());
    expect(restored.steps).toBe(trainer.steps);
  });

  test("is recorded, and every update reopens with the trainer's numbers, changes included", async () => {
    const path = join(temporaryFolder(), "run.pgrun");
    const made: UpdateSummary[] = [];
    const session = TrainingSession.create(path, resolveSettings(request), {
      onUpdate: (summary) => made.push(summary),
    });
    for (let update = 1; update <= 12; update++) {
      if (update === 6) session.apply({ gamma: 0.9, learningRate: 0.002 });
      await session.oneUpdate();
    }
    await session.stop();
    const reader = openRun(path);
    for (let update = 1; update <= 12; update++) {
      const { frozen } = await reopenUpdate(reader, update);
      const { trainer, heads } = new Inspector(frozen);
      const { loss, gradNorm, length } = made[update - 1]!;
      expect([frozen.update, frozen.gamma]).toEqual([update, update >= 6 ? 0.9 : frozen.gamma]);
      expect(trainer.evaluation.value).toBe(loss);
      expect(trainer.gradientNorm).toBe(gradNorm);
      expect(frozen.batch.steps).toBe(length);
      expect(heads.logProbabilities).toHaveLength(length);
    }
    reader.close();
  });

  test("resumes to the numbers of the uninterrupted run", async () => {
    const folder = temporaryFolder();
    const record = async (name: string, updates: number) => {
      const made: UpdateSummary[] = [];
      const session = TrainingSession.create(join(folder, name), resolveSettings(request), {
        limit: { updates },
        onUpdate: (summary) => made.push(summary),
      });
      await session.run();
      return made;
    };
    const whole = await record("whole.pgrun", 27);
    await record("parts.pgrun", 11);
    const more: UpdateSummary[] = [];
    const resumed = await TrainingSession.resume(join(folder, "parts.pgrun"), {
      limit: { updates: 27 },
      onUpdate: (summary) => more.push(summary),
    });
    await resumed.run();
    expect(withoutTime(more)).toEqual(withoutTime(whole.slice(11)));
  });
});
