import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { showUpdate } from "../../../../src/cli/showUpdate.ts";
import { Backends } from "../../../../src/engine/backends/backends.ts";
import { type ChosenBackend, kernelsChosen } from "../../../../src/engine/backends/choose.ts";
import type { DeviceBackend } from "../../../../src/engine/backends/deviceBackend.ts";
import { reopenUpdate } from "../../../../src/engine/replay.ts";
import { backendAt } from "../../../../src/engine/runBackend.ts";
import { resolveSettings } from "../../../../src/engine/settings.ts";
import { TrainingSession } from "../../../../src/engine/trainingSession.ts";
import { openRun } from "../../../../src/runs/runReader.ts";
import type { UpdateSummary } from "../../../../src/runs/summary.ts";
import { kernelsDevice, type Trouble } from "../../../util/kernelsDevice.ts";
import { temporaryFolder } from "../../../util/temporaryFolder.ts";

const settings = resolveSettings({ seed: 3, hidden: [16] });

const onDevice = (opened: DeviceBackend): ChosenBackend => ({
  name: opened.name,
  reason: "chosen",
  device: opened.device,
  opened,
});

/** Backends that know one double instead of what is installed. */
function backendsWith(opened: DeviceBackend): Backends {
  const backends = new Backends({ folders: [] });
  backends.open = async () => opened;
  return backends;
}

async function train(path: string, updates: number, trouble: Trouble = {}) {
  const opened = kernelsDevice("tensorflow", trouble);
  const made: UpdateSummary[] = [];
  const session = TrainingSession.create(path, settings, {
    limit: { updates },
    backend: onDevice(opened),
    onUpdate: (summary) => made.push(summary),
  });
  const failure = await session.run().then(
    () => undefined,
    (error: Error) => error,
  );
  return { session, made, failure, opened };
}

const run = () => join(temporaryFolder(), "run.pgrun");
const withoutTime = (summaries: readonly UpdateSummary[]) =>
  summaries.map(({ milliseconds: _, ...rest }) => rest);

describe("a run on a device", () => {
  test("writes backend, reason and device, and trains close to the kernels", async () => {
    const path = run();
    const { made } = await train(path, 20);
    const kernels: UpdateSummary[] = [];
    const other = TrainingSession.create(run(), settings, {
      limit: { updates: 20 },
      onUpdate: (summary) => kernels.push(summary),
    });
    await other.run();
    expect(made.map(({ length }) => length)).toEqual(kernels.map(({ length }) => length));
    expect(made.at(-1)?.loss).not.toBe(kernels.at(-1)?.loss);
    expect(made.at(-1)?.loss).toBeCloseTo(kernels.at(-1)!.loss, 1);
    const reader = openRun(path);
    expect(backendAt(reader, 1)).toEqual({ name: "tensorflow", reason: "chosen", device: "a double" });
    reader.close();
  });

  test("measures every part of an update", async () => {
    const { session } = await train(run(), 5);
    const means = session.trainer.clock.means();
    expect(Object.keys(means ?? {})).toEqual(["act", "forward", "loss", "backward", "optimiser", "record"]);
    for (const time of Object.values(means ?? {})) expect(time).toBeGreaterThanOrEqual(0);
    expect(means?.act).toBeGreaterThan(0);
  });

  test("resumes to the numbers of the uninterrupted run where the device repeats itself", async () => {
    const whole = await train(run(), 40);
    const path = run();
    await train(path, 15);
    const more: UpdateSummary[] = [];
    const session = await TrainingSession.resume(path, {
      limit: { updates: 40 },
      backends: backendsWith(kernelsDevice()),
      onUpdate: (summary) => more.push(summary),
    });
    await session.run();
    expect(withoutTime(more)).toEqual(withoutTime(whole.made.slice(15)));
  });

  test("takes changes between two updates while it trains", async () => {
    const session = TrainingSession.create(run(), settings, {
      limit: { updates: 60 },
      backend: onDevice(kernelsDevice()),
    });
    const running = session.run();
    const from = await session.applyBetween({ gamma: 0.5, optimiser: "sgd" });
    await expect(session.applyBetween({ gamma: 2 })).rejects.toThrow(/gamma/);
    expect(from).toBeLessThanOrEqual(60);
    await running;
    expect(session.trainer.settings).toMatchObject({ gamma: 0.5, optimiser: "sgd" });
    expect(session.state).toBe("finished");
  });

  test.for([true, false])(
    "that fails keeps the run, and the kernels can go on (device answers: %s)",
    async (answers) => {
      const path = run();
      const { session, failure, made } = await train(path, 40, { failsAt: 25, answers });
      expect(failure?.message).toMatch(/tensorflow.*out of memory/);
      expect(failure).toHaveProperty("hint", expect.stringContaining(`--resume ${path} --backend kernels`));
      expect(session.state).toBe("failed");
      expect(made).toHaveLength(24);
      const resumed = await TrainingSession.resume(path, { limit: { updates: 40 }, backend: "kernels" });
      expect(resumed.trainer.update).toBe(answers ? 24 : 0);
      await resumed.run();
      const reader = openRun(path);
      expect(reader.updateCount).toBe(40);
      expect(backendAt(reader, 40).name).toBe("kernels");
      if (answers) expect(backendAt(reader, 24).name).toBe("tensorflow");
      reader.close();
    },
  );

  test("moves from the kernels to a device at its last update", async () => {
    const path = run();
    const session = TrainingSession.create(path, settings, {
      limit: { updates: 10 },
      backend: kernelsChosen("chosen"),
    });
    await session.run();
    const resumed = await TrainingSession.resume(path, {
      limit: { updates: 12 },
      backend: "tensorflow",
      backends: backendsWith(kernelsDevice()),
    });
    expect(resumed.trainer.update).toBe(10);
    await resumed.run();
    const reader = openRun(path);
    expect([10, 11].map((update) => backendAt(reader, update).name)).toEqual(["kernels", "tensorflow"]);
    expect((await reopenUpdate(reader, 4)).how).toBe("replayed");
    reader.close();
  });
});

describe("an update made on a device", () => {
  test("is shown on the command line as the nearest kept one where the device is not here, and that is said", async () => {
    const path = run();
    await train(path, 30);
    const lines: string[] = [];
    const errors: string[] = [];
    vi.stubEnv("PGI_RUNTIMES", temporaryFolder());
    vi.stubEnv("XDG_DATA_HOME", temporaryFolder());
    await showUpdate(
      path,
      12,
      {},
      {
        out: (text) => lines.push(text),
        error: (text) => errors.push(text),
        isTerminal: false,
        columns: 80,
      },
    );
    vi.unstubAllEnvs();
    expect(errors.join("")).toMatch(/^Update 12 was not kept.*This is update 30, the nearest kept\.\n$/);
    expect(lines.join("")).toMatch(/^update 30 ·/);
  });

  test("is replayed where the device is here and repeats itself", async () => {
    const path = run();
    const { made } = await train(path, 30);
    const reader = openRun(path);
    const { frozen, how, instead } = await reopenUpdate(reader, 12, {
      backends: backendsWith(kernelsDevice()),
    });
    expect([frozen.update, frozen.batch.steps, how, instead]).toEqual([
      12,
      made[11]?.length,
      "replayed",
      undefined,
    ]);
    reader.close();
  });

  test.for([
    ["is not here", undefined, /tensorflow cannot be used: TensorFlow is not installed/],
    ["does not repeat itself", { noise: 1e-3 }, /does not repeat itself/],
  ] as const)("gives way to the nearest kept one where the device %s", async ([, trouble, words]) => {
    const path = run();
    await train(path, 30);
    const reader = openRun(path);
    const backends = trouble
      ? backendsWith(kernelsDevice("tensorflow", trouble))
      : new Backends({ folders: [temporaryFolder()] });
    const { frozen, how, instead } = await reopenUpdate(reader, 12, { backends });
    expect([frozen.update, how]).toEqual([30, "kept"]);
    expect(instead).toMatch(words);
    expect(instead).toMatch(/This is update 30/);
    reader.close();
  });
});
