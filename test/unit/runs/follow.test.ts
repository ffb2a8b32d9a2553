import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { follow } from "../../../src/runs/follow.ts";
import { openRun, type RunProgress } from "../../../src/runs/runReader.ts";
import { createRun } from "../../../src/runs/runWriter.ts";
import { exampleMetadata, exampleSummary } from "./example.ts";
import { temporaryFolder } from "./support.ts";

const folder = temporaryFolder();

test("a follower sees each commit, the end, and stops at once at its signal", async () => {
  const path = join(folder, "a.pgrun");
  const writer = createRun(path, exampleMetadata);
  const reader = openRun(path);
  const stop = new AbortController();
  const seen: RunProgress[] = [];
  for await (const progress of follow(reader, { interval: 60_000, rest: 1, signal: stop.signal })) {
    seen.push(progress);
    if (progress.state === "closed") stop.abort();
    else if (progress.updates === 3) writer.close();
    else {
      writer.append(exampleSummary(progress.updates + 1));
      writer.flush();
    }
  }
  expect(seen.map(({ updates, state }) => [updates, state])).toEqual([
    [0, "writing"],
    [1, "writing"],
    [2, "writing"],
    [3, "writing"],
    [3, "closed"],
  ]);
  reader.close();
});

test("a signal during a long interval ends the wait", async () => {
  const path = join(folder, "b.pgrun");
  createRun(path, exampleMetadata).close();
  const reader = openRun(path);
  const stop = new AbortController();
  const following = follow(reader, { interval: 60_000, rest: 1, signal: stop.signal });
  await following.next();
  const next = following.next();
  setTimeout(() => stop.abort(), 20);
  expect(await next).toEqual({ value: undefined, done: true });
  reader.close();
});

describe("a slow follower", () => {
  test("gets the newest state once, not one for each commit", async () => {
    const path = join(folder, "c.pgrun");
    const writer = createRun(path, exampleMetadata);
    const reader = openRun(path);
    const stop = new AbortController();
    const following = follow(reader, { interval: 60_000, rest: 1, signal: stop.signal });
    await following.next();
    for (let update = 1; update <= 30; update++) {
      writer.append(exampleSummary(update));
      writer.flush();
    }
    expect((await following.next()).value?.updates).toBe(30);
    writer.close();
    expect((await following.next()).value).toMatchObject({ updates: 30, state: "closed" });
    stop.abort();
    await following.next();
    reader.close();
  });
});
