import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pinnedBackend } from "../../src/engine/backends/choose.ts";
import type { DeviceName } from "../../src/engine/backends/names.ts";
import { Inspector } from "../../src/engine/inspection/inspector.ts";
import { parityOf } from "../../src/engine/inspection/parity.ts";
import { reopenUpdate } from "../../src/engine/replay.ts";
import { resolveSettings, type SettingsRequest } from "../../src/engine/settings.ts";
import { TrainingSession } from "../../src/engine/trainingSession.ts";
import { openRun } from "../../src/runs/runReader.ts";
import type { UpdateSummary } from "../../src/runs/summary.ts";
import { temporaryFolder } from "../util/temporaryFolder.ts";
import { backends, devices } from "./support.ts";

async function train(
  name: DeviceName,
  path: string,
  updates: number,
  request: SettingsRequest = {},
): Promise<UpdateSummary[]> {
  const made: UpdateSummary[] = [];
  const settings = resolveSettings({ seed: 3, hidden: [16], backend: name, ...request });
  const session = TrainingSession.create(path, settings, {
    limit: { updates },
    backend: await pinnedBackend(backends, name),
    onUpdate: (summary) => made.push(summary),
  });
  await session.run();
  return made;
}

const run = () => join(temporaryFolder(), "run.pgrun");
const withoutTime = (summaries: readonly UpdateSummary[]) =>
  summaries.map(({ milliseconds: _, ...rest }) => rest);

describe.for(devices)("training on $name", ({ name, isAbsent }) => {
  /** A software GPU needs a tenth of a second for an update. */
  const updates = name === "webgpu" ? 8 : 60;
  const middle = Math.floor(updates / 2);

  test.skipIf(isAbsent)("gives the same run for the same seed, and goes on with it bit for bit", async () => {
    const path = run();
    const whole = await train(name, path, updates);
    const parts = run();
    const first = await train(name, parts, middle);
    expect(withoutTime(first)).toEqual(withoutTime(whole.slice(0, middle)));
    const more: UpdateSummary[] = [];
    const session = await TrainingSession.resume(parts, {
      limit: { updates },
      backends,
      onUpdate: (summary) => more.push(summary),
    });
    await session.run();
    expect(withoutTime(more)).toEqual(withoutTime(whole.slice(middle)));
  });

  test.skipIf(isAbsent)("is reopened by replay on the device, and agrees with kernels there", async () => {
    const path = run();
    const made = await train(name, path, updates);
    const reader = openRun(path);
    // A slow device keeps nearly every update it makes; one that was not kept is replayed.
    const asked = made.find(({ update }) => reader.kept(update) === undefined)?.update;
    const update = asked ?? middle;
    const { frozen, how, instead } = await reopenUpdate(reader, update, { backends });
    reader.close();
    expect([how, instead, frozen.update]).toEqual([asked ? "replayed" : "kept", undefined, update]);
    const inspector = new Inspector(frozen);
    // Heads and loss are computed on the CPU from what acted: the very numbers of the trainer.
    expect(inspector.trainer.evaluation.value).toBe(made[update - 1]?.loss);
    expect(Math.abs(inspector.trainer.gradientNorm / made[update - 1]!.gradNorm - 1)).toBeLessThan(1e-4);
    const parity = await parityOf(inspector, backends);
    const row = parity.rows.find(({ backend }) => backend === name);
    for (const difference of [row?.gradient, row?.stepNorms, row?.projections]) {
      expect(difference).toBeLessThan(1e-4);
    }
  });

  test.skipIf(isAbsent)("trains every kind of head and batch", async () => {
    const few = name === "webgpu" ? 2 : 6;
    for (const request of [
      { algorithm: "ppo", environment: "CartPole-v1" },
      { environment: "Pendulum-v1" },
      { algorithm: "reinforce-baseline", environment: "CartPole-v1" },
    ] satisfies SettingsRequest[]) {
      const made = await train(name, run(), few, request);
      expect(made).toHaveLength(few);
      for (const { loss, gradNorm } of made) {
        expect(Number.isFinite(loss)).toBe(true);
        expect(gradNorm).toBeGreaterThan(0);
      }
    }
  });
});
