import { once } from "node:events";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { engineProtocolVersion } from "../../../src/protocol/engine.ts";
import { openRun } from "../../../src/runs/runReader.ts";
import { type EngineProcess, startEngine } from "../../util/engineProcess.ts";
import { poll } from "../../util/poll.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

const hello = (probe: Float64Array) => ({ version: engineProtocolVersion, probe });

async function train(engine: EngineProcess, settings = {}): Promise<{ run: string; out: string }> {
  const out = join(temporaryFolder(), "a.pgrun");
  const { run } = await engine.call("train", { settings: { hidden: [64], ...settings }, out });
  return { run, out };
}

const updatesOf = async (engine: EngineProcess, run: string) =>
  (await engine.call("view", { run })).progress.update;

async function reach(engine: EngineProcess, run: string, updates: number): Promise<void> {
  await poll(`update ${updates}`, async () => ((await updatesOf(engine, run)) >= updates ? true : undefined));
}

/** The times between the beats from now until `work` is done, in milliseconds; the last is the one that was cut short. */
async function pausesDuring(engine: EngineProcess, work: Promise<unknown>): Promise<number[]> {
  const pauses: number[] = [];
  let last = performance.now();
  const note = () => {
    const now = performance.now();
    pauses.push(now - last);
    last = now;
  };
  engine.heartbeat.on("data", note);
  await work;
  engine.heartbeat.off("data", note);
  note();
  return pauses;
}

describe("the engine process", () => {
  test("gives typed arrays back as they were, bit for bit", async () => {
    const engine = startEngine();
    const probe = Float64Array.of(1 / 3, -0, Number.NaN, Number.NEGATIVE_INFINITY, 5e-324);
    const answer = await engine.call("hello", hello(probe));
    expect(answer.probe).toBeInstanceOf(Float64Array);
    expect(new BigUint64Array(answer.probe.slice().buffer)).toEqual(new BigUint64Array(probe.buffer));
    expect(answer.version).toBe(engineProtocolVersion);
  });

  test("serves columns as typed arrays of their exact length", async () => {
    const engine = startEngine();
    const { run } = await train(engine);
    await reach(engine, run, 20);
    const { steps } = await engine.call("select", { run, update: 5 });
    const { rows, columns } = await engine.call("rows", {
      run,
      update: 5,
      source: "trainer",
      columns: ["share", "t"],
      start: 0,
      end: 1e6,
    });
    expect([rows.length, columns.t!.length]).toEqual([steps, steps]);
    expect(columns.share).toBeInstanceOf(Float64Array);
    expect(columns.share!.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  });

  test("lets its heart be heard within 2.5 s, also while one evaluation takes long", async () => {
    const engine = startEngine();
    await once(engine.heartbeat, "data");
    const { run } = await train(engine);
    await reach(engine, run, 200);
    await engine.call("pause", { run });
    const { columns } = await engine.call("curve", { run, from: 1, to: 200, buckets: 200 });
    const returns = [...columns.return.maximum];
    const steps = Math.max(...returns);
    const reference = { run, update: returns.indexOf(steps) + 1 };
    const text = heavyLoss(steps);
    const started = performance.now();
    const pauses = await pausesDuring(engine, engine.call("evaluate", { ...reference, text }));
    const took = performance.now() - started;
    console.info(
      `${took.toFixed(0)} ms of evaluation, ${pauses.map((pause) => pause.toFixed(0)).join(" ")} ms between beats`,
    );
    expect(Math.max(...pauses)).toBeLessThan(2500);
    if (took > 2500) expect(pauses.length).toBeGreaterThan(2);
  });

  test.for(["disconnect", "SIGTERM"] as const)(
    "ends within a second of %s and leaves the run whole in its one file",
    { retry: 2 },
    async (how) => {
      const engine = startEngine();
      const { run, out } = await train(engine);
      await reach(engine, run, 60);
      const seen = await updatesOf(engine, run);
      const started = performance.now();
      if (how === "disconnect") engine.child.disconnect();
      else engine.child.kill("SIGTERM");
      expect(await engine.ended).toEqual([0, null]);
      const took = performance.now() - started;
      console.info(`the engine ended ${took.toFixed(0)} ms after ${how}`);
      expect(took).toBeLessThan(1000);
      expect(engine.errors()).toBe("");
      expect(readdirSync(dirname(out))).toEqual(["a.pgrun"]);
      const reader = openRun(out);
      expect([reader.state, reader.updateCount >= seen]).toEqual(["closed", true]);
      expect(reader.kept(reader.updateCount)).toBeDefined();
      reader.close();
    },
  );

  test("trains at full speed for a client that grants no credit, and sends it nothing", async () => {
    const engine = startEngine();
    const { run } = await train(engine, { environment: "ShortCorridor", hidden: [] });
    const before = { updates: await updatesOf(engine, run), at: performance.now() };
    await reach(engine, run, before.updates + 3000);
    const rate = (1000 * ((await updatesOf(engine, run)) - before.updates)) / (performance.now() - before.at);
    expect(engine.events).toEqual([]);
    expect(rate).toBeGreaterThan(1000);
  });

  test("outlives a client's nonsense", async () => {
    const engine = startEngine();
    for (const nonsense of ["text", { kind: "call" }, { kind: "event", event: 3 }, [1, 2], 7])
      engine.child.send(nonsense);
    const probe = Float64Array.of(7);
    expect((await engine.call("hello", hello(probe))).probe[0]).toBe(7);
    expect(engine.errors()).toBe("");
  });
});

/** A chain of products of [T, T] tables that needs much of the work one evaluation may do. */
function heavyLoss(steps: number): string {
  const products = Math.min(200, Math.floor((0.2 * 2 ** 29) / steps ** 3));
  const lines = Array.from({ length: products }, (_, index) => `B${index + 1} = B${index} @ A`);
  const start = "A = log_pi[:, None] * r[None, :] / T\nB0 = A";
  return `${start}\n${lines.join("\n")}\nloss = B${products}.sum()`;
}
