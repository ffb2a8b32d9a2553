import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RunError, type RunErrorCode } from "../../../src/runs/runError.ts";
import { openRun, type RunReader } from "../../../src/runs/runReader.ts";
import { createRun, resumeRun } from "../../../src/runs/runWriter.ts";
import { summaryFields } from "../../../src/runs/summary.ts";
import { exampleBytes, exampleMetadata, exampleSummary } from "./example.ts";
import { codeOf, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const updates = 300;
const pageSize = 8192;
const losses = ["first", "second"];

const whole = join(folder, "whole.pgrun");
writeExample(whole).close();
const content = readFileSync(whole);

function writeExample(path: string) {
  const writer = createRun(path, exampleMetadata);
  writer.recordLoss(1, losses[0]!, {});
  for (let update = 1; update <= updates; update++) {
    if (update === 150) writer.recordLoss(150, losses[1]!, {});
    writer.append(exampleSummary(update));
    if (update % 60 === 0) writer.checkpoint(update, exampleBytes(update, 9000));
    if (update % 50 === 0) writer.keep(update, exampleBytes(update, 3000), "sample");
    if (update % 70 === 0) writer.flush();
  }
  writer.pin(100, "a label");
  return writer;
}

/** Reads all there is and fails where a value differs from what was written. Less than all may be there. */
function readAll(run: RunReader): void {
  expect(run.metadata).toEqual(exampleMetadata);
  expect(run.updateCount).toBeLessThanOrEqual(updates);
  const columns = run.summaries(1, run.updateCount);
  const isRight = (update: number, index: number) =>
    summaryFields.every(
      (field) => field === "lossId" || Object.is(columns[field][index], exampleSummary(update)[field]),
    );
  expect(Array.from(columns.update).every(isRight)).toBe(true);
  const texts = run.losses().map((loss) => loss.text);
  expect(losses.slice(0, texts.length)).toEqual(texts);
  for (const update of run.checkpointList()) {
    const found = run.checkpointAtOrBefore(update);
    if (found !== undefined) expect(Buffer.compare(found.state, exampleBytes(found.update, 9000))).toBe(0);
  }
  for (const { update } of run.keptList()) {
    const kept = run.kept(update);
    if (kept !== undefined) expect(Buffer.compare(kept, exampleBytes(update, 3000))).toBe(0);
  }
  for (const label of run.pins().values()) expect(label).toBe("a label");
}

/** The code of the error that reading a file with this content ends in; "right" where all it gives is right. */
function outcome(bytes: Uint8Array): RunErrorCode | "right" {
  const path = join(folder, "broken.pgrun");
  writeFileSync(path, bytes);
  let run: RunReader | undefined;
  try {
    run = openRun(path);
    readAll(run);
    return "right";
  } catch (error) {
    if (error instanceof RunError) return error.code;
    throw error;
  } finally {
    run?.close();
  }
}

test("the whole file reads right", () => {
  expect(outcome(content)).toBe("right");
});

test("a file cut off anywhere is refused as damaged or as no run", () => {
  const lengths = [...Array(200).keys()];
  for (let length = 200; length < content.length; length += 131) lengths.push(length);
  for (let length = 4096; length < content.length; length += 4096)
    lengths.push(length, length - 1, length + 1);
  // The last page may end in unused bytes; a cut through those takes nothing away.
  const isCut = (length: number) => length <= content.length - pageSize;
  for (const length of lengths.filter((length) => length < content.length)) {
    expect(isCut(length) ? ["damaged", "foreign"] : ["damaged", "right"]).toContain(
      outcome(content.subarray(0, length)),
    );
  }
});

test("a file with any one bit flipped is refused or read right, never read wrong", () => {
  fc.assert(
    fc.property(fc.nat(content.length - 1), fc.nat(7), (byte, bit) => {
      const flipped = new Uint8Array(content);
      flipped[byte]! ^= 1 << bit;
      outcome(flipped);
    }),
    { numRuns: 1500 },
  );
});

test("a file with a page overwritten is refused or read right, never read wrong", () => {
  fc.assert(
    fc.property(
      fc.nat(content.length - 1),
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      (start, noise) => {
        const broken = new Uint8Array(content);
        broken.set(noise.subarray(0, content.length - start), start);
        outcome(broken);
      },
    ),
    { numRuns: 500 },
  );
});

test("a journal cut off anywhere after a kill gives whole commits", () => {
  const source = join(folder, "source.pgrun");
  const writer = writeExample(source);
  const copy = join(folder, "copy.pgrun");
  const journalBytes = readFileSync(`${source}-wal`).length;
  const counts = new Set<number>();
  for (let cut = journalBytes; cut >= -211; cut -= 211) {
    const length = Math.max(0, cut);
    // Another process would see these files; this one may copy but not open them while the writer lives.
    copyFileSync(source, copy);
    copyFileSync(`${source}-wal`, `${copy}-wal`);
    truncateSync(`${copy}-wal`, length);
    const run = openRun(copy);
    readAll(run);
    counts.add(run.updateCount);
    run.close();
  }
  expect([...counts]).toEqual([280, 210, 140, 70, 0]);
  writer.close();
});

describe("what cannot be opened is refused by name", () => {
  const foreignDatabase = join(folder, "foreign.pgrun");
  new DatabaseSync(foreignDatabase).exec("CREATE TABLE notes (text)");
  const page = join(folder, "page.pgrun");
  writeFileSync(page, "<html>".repeat(2000));
  const empty = join(folder, "empty.pgrun");
  writeFileSync(empty, "");
  const aFolder = join(folder, "folder.pgrun");
  mkdirSync(aFolder);

  const newer = join(folder, "newer.pgrun");
  changed(newer, "PRAGMA user_version = 2");
  const triggered = join(folder, "triggered.pgrun");
  changed(triggered, "CREATE TRIGGER trap AFTER UPDATE ON run BEGIN DELETE FROM kept; END");
  const viewed = join(folder, "viewed.pgrun");
  changed(viewed, "DROP TABLE pins; CREATE VIEW pins AS SELECT 1 AS number, 'a' AS label, 0 AS crc");

  function changed(path: string, sql: string): void {
    writeFileSync(path, content);
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  }

  test.each([
    ["a missing file", join(folder, "none.pgrun"), "missing"],
    ["a missing folder", join(folder, "none", "none.pgrun"), "missing"],
    ["a path through a file", join(whole, "none.pgrun"), "missing"],
    ["another program's database", foreignDatabase, "foreign"],
    ["a text", page, "foreign"],
    ["an empty file", empty, "foreign"],
    ["a folder", aFolder, "unreadable"],
    ["a newer version", newer, "newer"],
    ["a trigger of its own", triggered, "damaged"],
    ["a view in place of a table", viewed, "damaged"],
  ])("%s", (_, path, code) => {
    expect(codeOf(() => openRun(path))).toBe(code);
    expect(codeOf(() => resumeRun(path))).toBe(code);
    expect(existsSync(`${path}-lock`)).toBe(false);
    expect(new RunError(code as RunErrorCode, path).message).toMatch(/^[^\n]+; [^\n]+$/);
    expect(new RunError(code as RunErrorCode, path).message).toContain(path);
  });

  test("a run that another program has locked", () => {
    const path = join(folder, "locked.pgrun");
    copyFileSync(whole, path);
    const other = new DatabaseSync(path);
    other.exec("BEGIN EXCLUSIVE");
    expect(codeOf(() => openRun(path))).toBe("locked");
    other.close();
    openRun(path).close();
  });

  test("a run cannot be created where there is no folder, or over a folder, and nothing is left behind", () => {
    expect(codeOf(() => createRun(join(folder, "none", "a.pgrun"), exampleMetadata))).toBe("noFolder");
    expect(codeOf(() => createRun(aFolder, exampleMetadata, { force: true }))).toBe("unreadable");
    expect(readdirSync(folder).filter((name) => name.endsWith("-new") || name.endsWith("-lock"))).toEqual([]);
  });
});

test("any loss text and settings come back as they were", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (text, setting) => {
      const path = join(folder, "text.pgrun");
      const writer = createRun(path, exampleMetadata, { force: true });
      writer.recordLoss(1, text, { setting });
      writer.close();
      const run = openRun(path);
      expect(run.lossAt(1)).toEqual({ id: 1, fromUpdate: 1, text, settings: { setting } });
      run.close();
    }),
    { numRuns: 50 },
  );
});
