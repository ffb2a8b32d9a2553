import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ComparisonBook } from "../../../../src/engine/comparison/comparisonBook.ts";
import { mostComparedRuns } from "../../../../src/protocol/comparisonViews.ts";
import { acquireWriterLock } from "../../../../src/runs/writerLock.ts";
import { engineClient, pausedIn, trainedIn } from "../../../util/engineClient.ts";
import { sharedFolder, temporaryFolder } from "../../../util/temporaryFolder.ts";
import { trainedRun } from "../../../util/trainedRun.ts";

const folder = sharedFolder();
const ownLoss = "-(log_pi * discounted_returns(r, gamma)).mean()";
const usual = { axis: "updates", metric: "averageReturn" } as const;
let run = "";

beforeAll(async () => {
  run = await trainedRun(folder, "a.pgrun", "--seed", "1", "--updates", "30");
  await trainedRun(folder, "b.pgrun", "--seed", "2", "--updates", "20");
}, 60_000);

const texts = async (client: ReturnType<typeof engineClient>, path: string) => {
  const { run: id } = await client.call("open", { path });
  return (await client.call("select", { run: id, update: 20 })).loss.text;
};

describe("an update under two losses", () => {
  test("gives the numbers that the panel gives of each", async () => {
    const client = engineClient();
    const a = await texts(client, run);
    const pair = await client.call("compareLosses", { path: run, update: 20, a, b: ownLoss });
    const { run: id } = await client.call("open", { path: run });
    const trainer = await client.call("select", { run: id, update: 20 });
    const edited = await client.call("evaluate", { run: id, update: 20, text: ownLoss });
    expect(pair.a).toMatchObject({ ok: true, loss: trainer.loss });
    expect(edited.ok && pair.b.ok && pair.b.loss).toEqual(edited.ok && edited.loss);
    expect(pair.comparison).toEqual(edited.ok && edited.comparison);
    expect(pair.updates).toBe(30);
    expect(pair.difference.some(({ kind }) => kind === "added")).toBe(true);
  });

  test("is the latest kept where none is named, and turns round with its losses", async () => {
    const client = engineClient();
    const a = await texts(client, run);
    const there = await client.call("compareLosses", { path: run, update: null, a, b: ownLoss });
    expect(there.update).toBe(there.kept.at(-1));
    const back = await client.call("compareLosses", { path: run, update: null, a: ownLoss, b: a });
    expect(back.a).toEqual(there.b);
    expect(back.b).toEqual(there.a);
    expect(back.comparison!.total.ratio).toBeCloseTo(1 / there.comparison!.total.ratio, 10);
    expect(back.comparison!.total.cosine).toBeCloseTo(there.comparison!.total.cosine, 12);
  });

  test("has rows in every order, and columns of what lies apart", async () => {
    const client = engineClient();
    const request = { path: run, update: 20, a: await texts(client, run), b: ownLoss };
    const { columns, steps } = await client.call("compareLosses", request);
    const names = columns.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["t", "a.weight", "b.weight", "apart.weight", "b.size"]));
    const all = await client.call("pairRows", { ...request, columns: names, start: 0, end: 1e6 });
    expect([...all.rows]).toEqual(Array.from({ length: steps }, (_, row) => row));
    for (const quantity of ["weight", "share", "size"]) {
      const [a, b] = [all.columns[`a.${quantity}`]!, all.columns[`b.${quantity}`]!];
      expect(all.columns[`apart.${quantity}`]).toEqual(a.map((value, t) => Math.abs(b[t]! - value)));
    }
    const order = { column: "apart.weight", descending: true };
    const sorted = await client.call("pairRows", { ...request, columns: names, start: 0, end: steps, order });
    const apart = sorted.columns["apart.weight"]!;
    expect(apart.every((value, place) => place === 0 || value <= apart[place - 1]!)).toBe(true);
    const series = await client.call("pairSeries", { ...request, columns: ["b.weight"], buckets: 1000 });
    expect(series["b.weight"]!.value).toEqual(all.columns["b.weight"]);
  });

  test("says what is wrong with one loss and keeps the other", async () => {
    const client = engineClient();
    const request = { path: run, update: 20, a: "-(log_pi * nothing).sum()", b: ownLoss };
    const pair = await client.call("compareLosses", request);
    expect(pair.a).toMatchObject({ ok: false, diagnostics: [{ severity: "error" }] });
    expect(pair.b.ok).toBe(true);
    expect(pair.comparison).toBeNull();
    expect(pair.columns.map(({ name }) => name)).not.toContain("apart.weight");
    const asked = client.call("pairRows", { ...request, columns: ["a.weight"], start: 0, end: 1 });
    await expect(asked).rejects.toThrow('There is no column "a.weight"');
  });

  test("of one text twice does not differ", async () => {
    const client = engineClient();
    const pair = await client.call("compareLosses", { path: run, update: 20, a: ownLoss, b: ownLoss });
    expect(pair.comparison!.total).toMatchObject({ ratio: 1 });
    expect(pair.difference.every(({ kind }) => kind === "same")).toBe(true);
  });

  test("is refused where there is none, in words", async () => {
    const client = engineClient();
    const { out } = await pausedIn(client);
    const empty = client.call("compareLosses", { path: out, update: null, a: ownLoss, b: ownLoss });
    await expect(empty).rejects.toThrow("has no updates yet");
    const beyond = client.call("compareLosses", { path: run, update: 31, a: ownLoss, b: ownLoss });
    await expect(beyond).rejects.toThrow("31");
    const none = client.call("compareLosses", { path: run, update: 0, a: ownLoss, b: ownLoss });
    await expect(none).rejects.toThrow("update");
  });
});

describe("a comparison that is read again", () => {
  test("sees what a run has become, and one that has gone", async () => {
    const client = engineClient();
    const { out, run: id } = await trainedIn(client, 5);
    const request = { paths: [out], ...usual };
    const before = await client.call("compareRuns", request);
    expect(before.groups[0]!.runs[0]!.updates).toBe(5);
    await client.call("close", { run: id });
    rmSync(out);
    const after = await client.call("compareRuns", request);
    expect(after.groups).toEqual([]);
    expect(after.broken[0]!.error).toContain(out);
  });

  test("gives the same by every look of it", async () => {
    const client = engineClient();
    const first = await client.call("compareRuns", { paths: [folder], ...usual });
    await client.call("compareRuns", { paths: [folder], axis: "episodes", metric: "entropy" });
    expect(await client.call("compareRuns", { paths: [folder], ...usual })).toEqual(first);
    expect(first.groups).toHaveLength(1);
    expect(first.isLive).toBe(false);
  });

  test("is live while a process writes one of its runs", async () => {
    const client = engineClient();
    const { out } = await pausedIn(client);
    const view = await client.call("compareRuns", { paths: [out], ...usual });
    expect(view.isLive).toBe(true);
    expect(view.groups[0]!.curve.x).toHaveLength(0);
    expect(view.groups[0]!.lastAverage).toBeNull();
  });

  test("counts the trials that a sweep at work has still to make", async () => {
    const sweep = temporaryFolder();
    const question = join(sweep, "sweep.json");
    writeFileSync(question, JSON.stringify({ values: { seed: ["1", "2", "3"], algorithm: ["a2c", "ppo"] } }));
    copyFileSync(run, join(sweep, "1.pgrun"));
    const view = () => new ComparisonBook().view({ paths: [sweep], ...usual });
    expect(await view()).toMatchObject({ toCome: 0, isLive: false });
    const lock = acquireWriterLock(question);
    expect(await view()).toMatchObject({ toCome: 5, isLive: true });
    writeFileSync(question, "{");
    expect(await view()).toMatchObject({ toCome: 0, isLive: true });
    lock.release();
  });

  test("reads so many runs and no more, and says how many are left", async () => {
    const many = temporaryFolder();
    for (let place = 0; place < mostComparedRuns + 3; place++)
      copyFileSync(run, join(many, `${place}.pgrun`));
    const view = await new ComparisonBook().view({ paths: [many, many, run], ...usual });
    expect(view.groups[0]!.runs).toHaveLength(mostComparedRuns);
    expect(view.left).toBe(4);
  });

  test("names a damaged run once, and keeps the others", async () => {
    const place = temporaryFolder();
    mkdirSync(join(place, "inner"));
    copyFileSync(run, join(place, "good.pgrun"));
    writeFileSync(join(place, "bad.pgrun"), "SQLite format 3 but not for long");
    const view = await new ComparisonBook().view({ paths: [place, join(place, "bad.pgrun")], ...usual });
    expect(view.broken).toHaveLength(1);
    expect(view.groups[0]!.runs.map(({ name }) => name)).toEqual(["good"]);
  });
});
