import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reopenUpdate } from "../../../src/engine/replay.ts";
import { resolveSettings, type SettingsRequest } from "../../../src/engine/settings.ts";
import { Trainer } from "../../../src/engine/trainer.ts";
import { decodeTrainerState, encodeTrainerState } from "../../../src/engine/trainerState.ts";
import { TrainingSession } from "../../../src/engine/trainingSession.ts";
import { openRun } from "../../../src/runs/runReader.ts";
import type { UpdateSummary } from "../../../src/runs/summary.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

const small: SettingsRequest = { seed: 3, hidden: [16] };

function trainFor(trainer: Trainer, updates: number, budget = 4096): UpdateSummary[] {
  const made: UpdateSummary[] = [];
  while (made.length < updates) {
    const summary = trainer.advance(budget);
    if (summary) made.push(summary);
  }
  return made;
}

async function record(
  path: string,
  updates: number,
  request: SettingsRequest = small,
): Promise<UpdateSummary[]> {
  const made: UpdateSummary[] = [];
  const session = TrainingSession.create(path, resolveSettings(request), {
    limit: { updates },
    onUpdate: (summary) => made.push(summary),
  });
  await session.run();
  return made;
}

const withoutTime = (summaries: readonly UpdateSummary[]) =>
  summaries.map(({ milliseconds: _, ...rest }) => rest);

describe("a trainer", () => {
  test("gives the same numbers for the same seed, others for another", () => {
    const first = trainFor(new Trainer(resolveSettings(small)), 30);
    const second = trainFor(new Trainer(resolveSettings(small)), 30);
    const other = trainFor(new Trainer(resolveSettings({ ...small, seed: 4 })), 30);
    expect(withoutTime(second)).toEqual(withoutTime(first));
    expect(withoutTime(other)).not.toEqual(withoutTime(first));
  });

  test("gives the same numbers however the work is cut into calls", () => {
    const whole = trainFor(new Trainer(resolveSettings(small)), 20);
    const cut = trainFor(new Trainer(resolveSettings(small)), 20, 3);
    expect(withoutTime(cut)).toEqual(withoutTime(whole));
  });

  test("goes on bit for bit from a stored state, also one taken in mid-episode", () => {
    const trainer = new Trainer(resolveSettings(small));
    trainFor(trainer, 10);
    trainer.advance(4);
    const stored = encodeTrainerState(trainer.state());
    const rest = trainFor(trainer, 15);
    const restored = new Trainer(resolveSettings(small));
    restored.restore(decodeTrainerState(stored));
    expect(withoutTime(trainFor(restored, 15))).toEqual(withoutTime(rest));
    expect(restored.backend.theta()).toEqual(trainer.backend.theta());
  });

  test("refuses a change that is out of range and keeps what it had", () => {
    const trainer = new Trainer(resolveSettings(small));
    expect(() => trainer.change({ gamma: 1.5 })).toThrow(/gamma lies between 0 and 1/);
    expect(() => trainer.change({ loss: "-(log_pi * nonsense).sum()" })).toThrow(/nonsense/);
    expect(trainer.settings.gamma).toBe(0.99);
  });
});

describe("a recorded run", () => {
  test("reopens any update as it was, loss changes included", { timeout: 60_000 }, async () => {
    const path = join(temporaryFolder(), "run.pgrun");
    const made: UpdateSummary[] = [];
    const session = TrainingSession.create(path, resolveSettings(small), {
      onUpdate: (summary) => made.push(summary),
    });
    const losses: string[] = [];
    for (let update = 1; update <= 40; update++) {
      if (update === 15) session.apply({ loss: "-(discounted_returns(r, gamma).detach() * log_pi).mean()" });
      if (update === 25) session.apply({ gamma: 0.9, learningRate: 0.01, optimiser: "sgd" });
      losses.push(session.trainer.settings.loss);
      await session.oneUpdate();
    }
    await session.stop();
    const reader = openRun(path);
    for (const update of [1, 2, 14, 15, 16, 24, 25, 26, 39, 40]) {
      const { frozen } = await reopenUpdate(reader, update);
      expect(frozen.update).toBe(update);
      expect(frozen.batch.steps).toBe(made[update - 1]?.length);
      expect(frozen.loss).toBe(losses[update - 1]);
      expect(frozen.gamma).toBe(update >= 25 ? 0.9 : 0.99);
    }
    reader.close();
  });

  test("resumes to the numbers of the uninterrupted run", async () => {
    const folder = temporaryFolder();
    const whole = await record(join(folder, "whole.pgrun"), 60);
    const path = join(folder, "parts.pgrun");
    await record(path, 25);
    const more: UpdateSummary[] = [];
    const session = await TrainingSession.resume(path, {
      limit: { updates: 60 },
      onUpdate: (summary) => more.push(summary),
    });
    await session.run();
    expect(withoutTime(more)).toEqual(withoutTime(whole.slice(25)));
    const reader = openRun(path);
    expect([...reader.column("loss", 1, 60)]).toEqual(whole.map(({ loss }) => loss));
    reader.close();
  });

  test("pauses, makes one update, goes on and stops", async () => {
    const session = TrainingSession.create(join(temporaryFolder(), "run.pgrun"), resolveSettings(small), {});
    await session.oneUpdate();
    expect([session.trainer.update, session.state]).toEqual([1, "paused"]);
    const running = session.run();
    await session.pause();
    await running;
    expect(session.state).toBe("paused");
    await session.stop();
    expect(session.state).toBe("stopped");
    expect(() => session.run()).toThrow(/has ended/);
  });
});
