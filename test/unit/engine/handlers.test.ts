import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkEngineParams } from "../../../src/engine/params.ts";
import { type EngineMethods, engineProtocolVersion } from "../../../src/protocol/engine.ts";
import type { RunRequest } from "../../../src/protocol/views.ts";
import { engineClient, pausedIn, smallRun, trainedIn } from "../../util/engineClient.ts";
import { poll } from "../../util/poll.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

const noGamma = "G = discounted_returns(r, gamma)\nloss = -(G * log_pi).sum()";

describe("hello", () => {
  test("gives version, backends and the probe back, every bit of it", async () => {
    const client = engineClient();
    const probe = Float64Array.of(Math.PI, -0, Number.NaN, Number.NEGATIVE_INFINITY, 5e-324);
    const hello = await client.call("hello", { version: engineProtocolVersion, probe });
    expect(hello).toMatchObject({ version: engineProtocolVersion, node: process.version });
    expect(new BigUint64Array(hello.probe.buffer)).toEqual(new BigUint64Array(probe.buffer));
    expect(hello.backends).toContainEqual(expect.objectContaining({ name: "kernels", present: true }));
  });

  test("environments and algorithms have an id, a title and a source", async () => {
    const client = engineClient();
    const choices = [...(await client.call("environments", {})), ...(await client.call("algorithms", {}))];
    expect(choices.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["CartPole-v1", "ShortCorridor", "reinforce"]),
    );
    for (const { title, detail } of choices) expect([title, detail]).not.toContain("");
  });
});

describe("progress", () => {
  test("comes only with credit, one event for each, the newest first", async () => {
    const client = engineClient();
    const { run } = await trainedIn(client, 400);
    expect(client.progress).toEqual([]);
    await client.call("credit", { count: 3 });
    await poll("the waiting progress", () => client.progress[0]);
    expect(client.progress).toMatchObject([{ run, state: "finished", update: 400, episode: 400 }]);
  });

  test("is never more than the credit while training goes on", async () => {
    const client = engineClient();
    await client.call("credit", { count: 2 });
    const out = join(temporaryFolder(), "a.pgrun");
    const { run } = await client.call("train", { settings: smallRun, out });
    await poll("three hundred updates", async () =>
      (await client.call("view", { run })).progress.update > 300 ? true : undefined,
    );
    expect(client.progress).toHaveLength(2);
    await client.call("credit", { count: 1 });
    await poll("the third", () => client.progress[2]);
    await client.call("stop", { run });
    expect(client.progress).toHaveLength(3);
    const updates = client.progress.map(({ update }) => update);
    expect(updates).toEqual([...updates].sort((a, b) => a - b));
  });
});

describe("run control", () => {
  test("makes one update, goes on, pauses, and stops for good", async () => {
    const client = engineClient();
    const { run, progress } = await pausedIn(client);
    expect(progress).toMatchObject({ state: "paused", update: 0 });
    expect(await client.call("oneUpdate", { run })).toMatchObject({ state: "paused", update: 1 });
    expect(await client.call("oneUpdate", { run })).toMatchObject({ state: "paused", update: 2 });
    expect(await client.call("resume", { run })).toMatchObject({ state: "training" });
    await poll("some updates", async () =>
      (await client.call("view", { run })).progress.update > 10 ? true : undefined,
    );
    const rested = await client.call("pause", { run });
    expect(rested.state).toBe("paused");
    expect((await client.call("view", { run })).progress.update).toBe(rested.update);
    expect(await client.call("stop", { run })).toMatchObject({ state: "stopped", update: rested.update });
    await expect(client.call("resume", { run })).rejects.toMatchObject({ code: "run_ended" });
    await expect(client.call("oneUpdate", { run })).rejects.toMatchObject({ code: "run_ended" });
    await expect(client.call("apply", { run, settings: { gamma: 0.5 } })).rejects.toMatchObject({
      code: "run_ended",
    });
    expect((await client.call("view", { run })).settings.gamma).toBe(0.99);
  });

  test("resets into a new file with the changes asked for", async () => {
    const client = engineClient();
    const { run, out } = await pausedIn(client);
    await client.call("oneUpdate", { run });
    const next = await client.call("reset", { run, settings: { seed: 9, gamma: 0.5 } });
    expect(next.run).not.toBe(run);
    expect(next.path).not.toBe(out);
    expect(next.settings).toMatchObject({ seed: 9, gamma: 0.5, hidden: [16] });
    expect((await client.call("view", { run })).progress).toMatchObject({ state: "stopped", update: 1 });
    await client.call("stop", { run: next.run });
  });

  test("refuses a reset that is out of range and leaves the run as it was", async () => {
    const client = engineClient();
    const { run } = await pausedIn(client);
    await expect(client.call("reset", { run, settings: { gamma: 2 } })).rejects.toThrow(/gamma lies between/);
    expect((await client.call("view", { run })).progress.state).toBe("paused");
  });

  test("applies loss and settings from the next update on", async () => {
    const client = engineClient();
    const { run } = await pausedIn(client);
    await client.call("oneUpdate", { run });
    expect(await client.call("apply", { run, loss: noGamma, settings: { gamma: 0.9 } })).toEqual({
      fromUpdate: 2,
    });
    await client.call("oneUpdate", { run });
    expect((await client.call("view", { run })).settings).toMatchObject({ gamma: 0.9, loss: noGamma });
    const [before, after] = [
      await client.call("select", { run, update: 1 }),
      await client.call("select", { run, update: 2 }),
    ];
    expect([before.gamma, before.loss.verdict.kind]).toEqual([0.99, "book"]);
    expect([after.gamma, after.loss.verdict.candidate]).toEqual([0.9, "missing_gamma_t"]);
    const { lossChanges } = await client.call("curve", { run, from: 1, to: 9, buckets: 9 });
    expect(lossChanges.map(({ update }) => update)).toEqual([1, 2]);
  });

  test.for([
    [{ loss: "-(log_pii).sum()" }, /log_pii/],
    [{ loss: "-(r[:, None] * log_pi).mean()" }, /\[T, 1\] against \[T\]/],
    [{ settings: { learningRate: -1 } }, /above 0/],
    [{ settings: { gamma: 1.5 } }, /between 0 and 1/],
  ] as const)("does not apply %j, and goes on with what it had", async ([change, words]) => {
    const client = engineClient();
    const { run, settings } = await pausedIn(client);
    await expect(client.call("apply", { run, ...change })).rejects.toThrow(words);
    expect((await client.call("view", { run })).settings).toEqual(settings);
    expect((await client.call("oneUpdate", { run })).update).toBe(1);
  });

  test("trains two runs at once, each with the numbers it has alone", async () => {
    const client = engineClient();
    const alone = await trainedIn(client, 40);
    const folder = temporaryFolder();
    const limit = { updates: 40 };
    const [first, second] = await Promise.all([
      client.call("train", { settings: smallRun, out: join(folder, "a.pgrun"), limit }),
      client.call("train", { settings: { ...smallRun, seed: 8 }, out: join(folder, "b.pgrun"), limit }),
    ]);
    await poll("both ends", async () => {
      const views = await Promise.all([first, second].map(({ run }) => client.call("view", { run })));
      return views.every(({ progress }) => progress.state === "finished") ? true : undefined;
    });
    const curveOf = async (run: string) =>
      (await client.call("curve", { run, from: 1, to: 40, buckets: 40 })).columns.loss.minimum;
    expect(await curveOf(first.run)).toEqual(await curveOf(alone.run));
    expect(await curveOf(second.run)).not.toEqual(await curveOf(alone.run));
  });

  test("tells a failure as the state of the run and in the log", async () => {
    const client = engineClient();
    const settings: RunRequest = { ...smallRun, learningRate: 1e300, optimiser: "sgd" };
    const out = join(temporaryFolder(), "a.pgrun");
    const { run } = await client.call("train", { settings, out });
    const failed = await poll("the failure", async () => {
      const { progress } = await client.call("view", { run });
      return progress.state === "failed" ? progress : undefined;
    });
    expect(failed.message).toMatch(/no numbers any more/);
    expect(client.logs).toContainEqual(expect.objectContaining({ level: "error", text: failed.message }));
    expect((await client.call("select", { run, update: 1 })).update).toBe(1);
  });
});

describe("what is asked wrongly", () => {
  type Asked = readonly [method: keyof EngineMethods, params: unknown, says: RegExp];
  const reference = { run: "run1", update: 1 };
  const wrong: readonly Asked[] = [
    ["hello", { version: 1, probe: [1] }, /probe/],
    ["train", { out: "a.pgrun" }, /settings/],
    ["train", { settings: { seed: -1 }, out: "a.pgrun" }, /settings\.seed/],
    ["train", { settings: { colour: "red" }, out: "a.pgrun" }, /colour/],
    ["train", { settings: {}, out: "" }, /out/],
    ["open", { path: 3 }, /path/],
    ["curve", { run: "run1", from: 1, to: 2, buckets: 0 }, /buckets/],
    ["curve", { run: "run1", from: 1, to: 2, buckets: 1e9 }, /buckets/],
    ["select", { run: "run1", update: 1.5 }, /update/],
    ["select", { run: "run1" }, /update/],
    ["evaluate", { ...reference, text: "x".repeat(70_000) }, /text/],
    ["rows", { ...reference, source: "mine", columns: [], start: 0, end: 1 }, /source/],
    ["rows", { ...reference, source: "trainer", columns: ["x".repeat(99)], start: 0, end: 1 }, /columns\.0/],
    ["series", { ...reference, source: "trainer", columns: new Array(999).fill("t"), buckets: 3 }, /columns/],
    ["credit", { count: -1 }, /count/],
    ["credit", { count: Number.POSITIVE_INFINITY }, /count/],
    ["credit", null, /params/],
    ["exportUpdate", { ...reference, to: "pickle", path: "a" }, /to/],
  ];

  test.for(wrong)("%s with %o is refused in words", async ([method, params, says]) => {
    const client = engineClient();
    const ask = client.call as (method: string, params: unknown) => Promise<unknown>;
    const failure = await ask(method, params).then(
      () => undefined,
      (error: { code: string; message: string }) => error,
    );
    expect(failure).toMatchObject({ code: "bad_params", message: expect.stringMatching(says) });
    expect(failure!.message.startsWith(`${method}: `)).toBe(true);
  });

  test("a run that is not open is named by every method that takes one", async () => {
    const client = engineClient();
    for (const method of ["view", "pause", "resume", "oneUpdate", "stop"] as const)
      await expect(client.call(method, { run: "run9" })).rejects.toThrow('There is no open run "run9".');
    await expect(client.call("select", { run: "run9", update: 1 })).rejects.toMatchObject({
      code: "unknown_run",
    });
  });

  test("a file that is no run leaves the engine as it was", async () => {
    const client = engineClient();
    await expect(client.call("open", { path: "/nowhere/a.pgrun" })).rejects.toMatchObject({
      code: "missing",
    });
    expect((await pausedIn(client)).progress.state).toBe("paused");
  });

  test("a method that does not exist is an error, not silence", async () => {
    const client = engineClient();
    const ask = client.call as (method: string, params: unknown) => Promise<unknown>;
    for (const method of ["frobnicate", "constructor", "__proto__"])
      await expect(ask(method, {})).rejects.toMatchObject({ code: "unknown_method" });
    expect(checkEngineParams("toString", {})).toBeUndefined();
  });
});
