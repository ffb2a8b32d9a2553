import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { acquireWriterLock, isBeingWritten, writerLockPath } from "../../../src/runs/writerLock.ts";
import { codeOf, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();

test("processes that take and give back a lock all the time never hold it together", async () => {
  const path = join(folder, "contended.pgrun");
  const script = join(import.meta.dirname, "lockChild.ts");
  const reports = Array.from({ length: 3 }, () => {
    const child = spawn(process.execPath, [script, path, "150"], { stdio: ["ignore", "pipe", "inherit"] });
    return text(child.stdout);
  });
  const expected = { held: 150, clashes: 0 };
  expect((await Promise.all(reports)).map((report) => JSON.parse(report))).toEqual([
    expected,
    expected,
    expected,
  ]);
  expect(existsSync(writerLockPath(path))).toBe(false);
});

test("a lock is seen while it is held, by looks that do not take it", () => {
  const path = join(folder, "seen.pgrun");
  expect(isBeingWritten(path)).toBe(false);
  const lock = acquireWriterLock(path);
  expect([isBeingWritten(path), isBeingWritten(path)]).toEqual([true, true]);
  expect(codeOf(() => acquireWriterLock(path))).toBe("writing");
  lock.release();
  lock.release();
  expect(isBeingWritten(path)).toBe(false);
});

test("a lock file that nobody holds blocks nobody and is removed with the lock", () => {
  const path = join(folder, "stale.pgrun");
  writeFileSync(writerLockPath(path), "");
  expect(isBeingWritten(path)).toBe(false);
  acquireWriterLock(path).release();
  expect(existsSync(writerLockPath(path))).toBe(false);
});
