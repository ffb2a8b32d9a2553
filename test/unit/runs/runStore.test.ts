import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRun } from "../../../src/runs/runReader.ts";
import { createRun, resumeRun } from "../../../src/runs/runWriter.ts";
import { summaryFields } from "../../../src/runs/summary.ts";
import { exampleBytes, exampleMetadata, exampleSummary } from "./example.ts";
import { codeOf, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
let files = 0;
const newPath = () => join(folder, `${files++}.pgrun`);

function written(path: string, updates: number) {
  const writer = createRun(path, exampleMetadata);
  for (let update = 1; update <= updates; update++) writer.append(exampleSummary(update));
  return writer;
}

describe.each(["wal", "truncate"] as const)("a run written with the %s journal", (journal) => {
  test("gives back every summary, NaN and Infinity included, in any range and across commits", () => {
    const path = newPath();
    const writer = createRun(path, exampleMetadata, { journal });
    expect(writer.journal).toBe(journal);
    for (let update = 1; update <= 500; update++) {
      writer.append(exampleSummary(update));
      if (update % 37 === 0) writer.flush();
    }
    writer.close();
    const run = openRun(path);
    expect(run.updateCount).toBe(500);
    for (const [from, to] of [
      [1, 500],
      [37, 38],
      [38, 74],
      [100, 100],
      [490, 900],
      [-5, 3],
    ] as const) {
      const columns = run.summaries(from, to);
      const expected = Array.from({ length: Math.min(to, 500) - Math.max(from, 1) + 1 }, (_, index) =>
        exampleSummary(Math.max(from, 1) + index),
      );
      for (const field of summaryFields) {
        if (field === "lossId") continue;
        expect([...columns[field]]).toEqual(expected.map((summary) => summary[field]));
      }
      expect([...columns.update]).toEqual(expected.map((summary) => summary.update));
    }
    expect(run.summaries(501, 600).update).toHaveLength(0);
    run.close();
  });

  test("is one whole file after close, also when a reader was connected throughout", () => {
    const path = newPath();
    const writer = createRun(path, exampleMetadata, { journal });
    const reader = openRun(path);
    writer.append(exampleSummary(1));
    writer.close();
    expect(reader.poll()).toMatchObject({ changed: true, updates: 1, state: "closed" });
    reader.close();
    const prefix = path.slice(folder.length + 1);
    expect(readdirSync(folder).filter((name) => name.startsWith(prefix))).toEqual([prefix]);
    expect([...readFileSync(path).subarray(18, 20)]).toEqual([1, 1]);
  });

  test("shows a reader each commit and nothing before it", () => {
    const path = newPath();
    const writer = createRun(path, exampleMetadata, { journal });
    const reader = openRun(path);
    expect(reader.poll()).toEqual({ changed: false, updates: 0, state: "writing" });
    writer.append(exampleSummary(1));
    expect(reader.poll().updates).toBe(0);
    writer.flush();
    expect(reader.poll()).toEqual({ changed: true, updates: 1, state: "writing" });
    expect(reader.poll().changed).toBe(false);
    expect(reader.column("return", 1, 1)[0]).toBe(exampleSummary(1).return);
    reader.close();
    writer.close();
  });
});

test("metadata come back as they were given, unknown keys included, and the title can change", () => {
  const path = newPath();
  const metadata = { ...exampleMetadata, settings: { beta: 0.5 }, note: ["kept"] };
  const writer = createRun(path, metadata);
  writer.rename("another title");
  writer.close();
  const run = openRun(path);
  expect(run.metadata).toEqual({ ...metadata, title: "another title" });
  run.close();
});

test("tick commits only when the interval has passed, and acknowledged follows the commits", () => {
  const writer = written(newPath(), 1);
  writer.tick(1000);
  expect(writer.acknowledged).toBe(1);
  writer.append(exampleSummary(2));
  writer.tick(1249);
  expect(writer.acknowledged).toBe(1);
  writer.tick(1250);
  expect(writer.acknowledged).toBe(2);
  writer.close();
});

test("an update out of turn is refused", () => {
  const writer = written(newPath(), 2);
  expect(() => writer.append(exampleSummary(4))).toThrow(RangeError);
  expect(() => writer.append(exampleSummary(2))).toThrow(RangeError);
  writer.close();
});

test("the checkpoint at or before an update is the last one taken by then", () => {
  const path = newPath();
  const writer = written(path, 0);
  writer.checkpoint(0, exampleBytes(0, 3));
  for (let update = 1; update <= 20; update++) {
    writer.append(exampleSummary(update));
    if (update % 8 === 0) writer.checkpoint(update, exampleBytes(update, 20_000));
  }
  writer.close();
  const run = openRun(path);
  expect(run.checkpointList()).toEqual([0, 8, 16]);
  for (const [asked, found, length] of [
    [0, 0, 3],
    [7, 0, 3],
    [8, 8, 20_000],
    [15, 8, 20_000],
    [99, 16, 20_000],
  ] as const) {
    expect(run.checkpointAtOrBefore(asked)).toEqual({ update: found, state: exampleBytes(found, length) });
  }
  expect(run.checkpointAtOrBefore(-1)).toBeUndefined();
  run.close();
});

test("each change of loss is in force from its update on, in the records and in the summaries", () => {
  const path = newPath();
  const writer = createRun(path, exampleMetadata);
  writer.recordLoss(1, "first", { gamma: 0.99 });
  for (let update = 1; update <= 4; update++) writer.append(exampleSummary(update));
  writer.recordLoss(6, "second", { gamma: 0.5 });
  for (let update = 5; update <= 8; update++) writer.append(exampleSummary(update));
  expect(() => writer.recordLoss(8, "too late", {})).toThrow(RangeError);
  writer.close();
  const run = openRun(path);
  expect([1, 5, 6, 8].map((update) => run.lossAt(update)?.text)).toEqual([
    "first",
    "first",
    "second",
    "second",
  ]);
  expect(run.lossAt(7)).toEqual({ id: 2, fromUpdate: 6, text: "second", settings: { gamma: 0.5 } });
  expect(run.lossAt(0)).toBeUndefined();
  expect([...run.column("lossId", 1, 8)]).toEqual([1, 1, 1, 1, 1, 2, 2, 2]);
  run.close();
});

describe("kept updates", () => {
  test("the latest replaces the one before, the pinned and the sample stay", () => {
    const path = newPath();
    const writer = written(path, 9);
    writer.keep(1, exampleBytes(1, 100), "sample");
    writer.keep(2, exampleBytes(2, 100), "latest");
    writer.flush();
    writer.keep(3, exampleBytes(3, 100), "pinned");
    writer.keep(4, exampleBytes(4, 100), "latest");
    writer.flush();
    writer.pin(4, "odd one");
    writer.keep(5, exampleBytes(5, 100), "latest");
    writer.keep(6, exampleBytes(6, 100), "latest");
    writer.close();
    const run = openRun(path);
    expect(run.keptList()).toEqual([
      { update: 1, bytes: 100, reason: "sample" },
      { update: 3, bytes: 100, reason: "pinned", label: "" },
      { update: 4, bytes: 100, reason: "pinned", label: "odd one" },
      { update: 6, bytes: 100, reason: "latest" },
    ]);
    expect(run.kept(4)).toEqual(exampleBytes(4, 100));
    expect(run.kept(2)).toBeUndefined();
    run.close();
  });

  test("a sample kept again as the latest stays a sample", () => {
    const path = newPath();
    const writer = written(path, 3);
    writer.keep(1, exampleBytes(1, 10), "sample");
    writer.keep(1, exampleBytes(1, 10), "latest");
    writer.flush();
    writer.keep(2, exampleBytes(2, 10), "sample");
    writer.flush();
    writer.keep(2, exampleBytes(2, 10), "latest");
    writer.keep(3, exampleBytes(3, 10), "latest");
    writer.close();
    const run = openRun(path);
    expect(run.keptList().map((kept) => kept.update)).toEqual([1, 2, 3]);
    run.close();
  });

  test("an update unpinned, also in a later session, is let go", () => {
    const path = newPath();
    const writer = written(path, 2);
    writer.keep(1, exampleBytes(1, 10), "pinned");
    writer.keep(2, exampleBytes(2, 10), "latest");
    writer.close();
    const again = resumeRun(path);
    again.unpin(1);
    again.close();
    const run = openRun(path);
    expect(run.keptList().map((kept) => kept.update)).toEqual([2]);
    expect(run.pins().size).toBe(0);
    run.close();
  });

  test("the sample stays within the budget and spread over the run, across sessions", () => {
    const path = newPath();
    const options = { keepBudget: 20_000 };
    createRun(path, exampleMetadata, options).close();
    for (let session = 0; session < 4; session++) {
      const writer = resumeRun(path, options);
      for (let index = 0; index < 100; index++) {
        const update = writer.updateCount + 1;
        writer.append(exampleSummary(update));
        writer.keep(update, exampleBytes(update, 1000), "sample");
        if (index % 9 === 0) writer.flush();
      }
      writer.close();
    }
    const run = openRun(path);
    const list = run.keptList();
    expect(list.reduce((sum, kept) => sum + kept.bytes, 0)).toBeLessThanOrEqual(20_000);
    expect(list.map((kept) => kept.update)).toEqual([
      1, 33, 65, 97, 129, 161, 193, 225, 257, 289, 321, 353, 385, 400,
    ]);
    run.close();
  });
});

describe("resuming", () => {
  test("goes on after the last committed update, with the loss in force", () => {
    const path = newPath();
    const writer = createRun(path, exampleMetadata);
    writer.recordLoss(1, "first", {});
    for (let update = 1; update <= 5; update++) writer.append(exampleSummary(update));
    writer.close();
    const again = resumeRun(path);
    expect(again.updateCount).toBe(5);
    const reader = openRun(path);
    expect(reader.state).toBe("writing");
    again.append(exampleSummary(6));
    again.close();
    expect(reader.poll()).toEqual({ changed: true, updates: 6, state: "closed" });
    expect([...reader.column("lossId", 4, 6)]).toEqual([1, 1, 1]);
    reader.close();
  });

  test("rewinding forgets all that came after an update, and writing goes on from there", () => {
    const path = newPath();
    const writer = createRun(path, exampleMetadata);
    writer.recordLoss(1, "first", {});
    for (let update = 1; update <= 30; update++) {
      writer.append(exampleSummary(update));
      writer.checkpoint(update, exampleBytes(update, 10));
      writer.keep(update, exampleBytes(update, 10), "sample");
      if (update % 7 === 0) writer.flush();
      if (update === 20) writer.recordLoss(25, "second", {});
    }
    writer.rewind(17);
    expect(writer.updateCount).toBe(17);
    writer.append({ ...exampleSummary(18), loss: -1 });
    writer.close();
    const run = openRun(path);
    expect([...run.column("loss", 16, 18)]).toEqual([exampleSummary(16).loss, exampleSummary(17).loss, -1]);
    expect(run.losses().map((loss) => loss.text)).toEqual(["first"]);
    expect(run.checkpointList().at(-1)).toBe(17);
    expect(run.keptList().at(-1)?.update).toBe(17);
    run.close();
  });
});

describe("one writer", () => {
  test("a second writer is refused while the first lives, and admitted after", () => {
    const path = newPath();
    const writer = written(path, 1);
    expect(codeOf(() => resumeRun(path))).toBe("writing");
    expect(codeOf(() => createRun(path, exampleMetadata, { force: true }))).toBe("writing");
    writer.append(exampleSummary(2));
    writer.flush();
    writer.close();
    const again = resumeRun(path);
    expect(again.updateCount).toBe(2);
    again.close();
  });

  test("a run is replaced only by force, and its follower then reads the new one", () => {
    const path = newPath();
    written(path, 3).close();
    const reader = openRun(path);
    expect(codeOf(() => createRun(path, exampleMetadata))).toBe("exists");
    const writer = createRun(path, { ...exampleMetadata, title: "new" }, { force: true });
    expect(reader.poll()).toEqual({ changed: true, updates: 0, state: "writing" });
    expect(reader.metadata.title).toBe("new");
    writer.close();
    reader.close();
  });
});
