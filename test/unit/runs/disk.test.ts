import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { exportCsv } from "../../../src/runs/exportCsv.ts";
import { deleteRun, listRuns } from "../../../src/runs/list.ts";
import { openRun } from "../../../src/runs/runReader.ts";
import { createRun, resumeRun } from "../../../src/runs/runWriter.ts";
import { exampleBytes, exampleMetadata, exampleSummary } from "./example.ts";
import { codeOf, temporaryFolder } from "./support.ts";

const root = temporaryFolder();
const mounted: string[] = [];

afterEach(() => {
  for (const folder of mounted.splice(0)) spawnSync("umount", ["-l", folder]);
});

/** A small file system of its own; undefined where this user may not mount one. */
function smallDisk(name: string, kilobytes: number): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  const folder = join(root, name);
  mkdirSync(folder);
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder]);
  if (mount.status !== 0) return undefined;
  mounted.push(folder);
  return folder;
}

test.for(["wal", "truncate"] as const)(
  "a full disk ends writing with one error, keeps the run so far, and goes on when there is room (%s)",
  (journal, { skip }) => {
    const folder = smallDisk(journal, 2200);
    if (folder === undefined) return skip("only root on Linux may mount a small file system");
    const path = join(folder, "a.pgrun");
    writeFileSync(join(folder, "ballast"), new Uint8Array(1_200_000));
    const writer = createRun(path, exampleMetadata, { journal });
    const fill = () => {
      for (let update = writer.updateCount + 1; update < 10_000; update++) {
        writer.append(exampleSummary(update));
        writer.checkpoint(update, exampleBytes(update, 9000));
        writer.flush();
      }
    };
    expect(codeOf(fill)).toBe("full");
    const { acknowledged } = writer;
    expect(acknowledged).toBeGreaterThan(20);
    expect(writer.updateCount).toBe(acknowledged + 1);
    const reader = openRun(path);
    expect(reader.updateCount).toBe(acknowledged);
    expect([...reader.column("gradNorm", 1, acknowledged)]).toEqual(
      Array.from({ length: acknowledged }, (_, index) => Math.sqrt(index + 1)),
    );
    reader.close();
    rmSync(join(folder, "ballast"));
    writer.flush();
    expect(writer.acknowledged).toBe(acknowledged + 1);
    writer.close();
    const run = openRun(path);
    expect(run.updateCount).toBe(acknowledged + 1);
    expect(run.checkpointAtOrBefore(acknowledged)?.state).toEqual(exampleBytes(acknowledged, 9000));
    run.close();
  },
);

test("a writer closed on a full disk lets go of the run, which opens with all that was acknowledged", ({
  skip,
}) => {
  const folder = smallDisk("closing", 1200);
  if (folder === undefined) return skip("only root on Linux may mount a small file system");
  const path = join(folder, "a.pgrun");
  const writer = createRun(path, exampleMetadata);
  for (let update = 1; update <= 40; update++) writer.append(exampleSummary(update));
  writer.flush();
  for (let update = 0; update < 200; update++) writer.checkpoint(update, exampleBytes(update, 9000));
  expect(codeOf(() => writer.close())).toBe("full");
  const run = openRun(path);
  expect([run.updateCount, run.state]).toEqual([40, "stopped"]);
  run.close();
});

test("where there is no room to merge the journal, closing says so, and the run is whole once there is", ({
  skip,
}) => {
  const folder = smallDisk("merging", 1200);
  if (folder === undefined) return skip("only root on Linux may mount a small file system");
  const path = join(folder, "a.pgrun");
  const writer = createRun(path, exampleMetadata);
  for (let update = 1; update <= 80; update++) writer.append(exampleSummary(update));
  for (let update = 1; update <= 45; update++) writer.checkpoint(update, exampleBytes(update, 9000));
  writer.flush();
  writeFileSync(join(folder, "ballast"), new Uint8Array(300_000));
  expect(codeOf(() => writer.close())).toBe("full");
  const reader = openRun(path);
  expect([reader.updateCount, reader.state]).toEqual([80, "closed"]);
  reader.close();
  rmSync(join(folder, "ballast"));
  openRun(path).close();
  expect(readdirSync(folder)).toEqual(["a.pgrun"]);
});

test("no room even for an empty run, or for an export, leaves nothing behind", ({ skip }) => {
  const folder = smallDisk("tiny", 64);
  if (folder === undefined) return skip("only root on Linux may mount a small file system");
  writeFileSync(join(folder, "ballast"), new Uint8Array(40_000));
  expect(codeOf(() => createRun(join(folder, "a.pgrun"), exampleMetadata))).toBe("full");
  const values = Float64Array.from({ length: 20_000 }, (_, row) => row / 7);
  expect(codeOf(() => exportCsv(join(folder, "a.csv"), [{ name: "a", values }]))).toBe("full");
  expect(readdirSync(folder)).toEqual(["ballast"]);
});

/** Makes a folder read-only for this user in earnest: permissions for most, a read-only file system for root. */
function readOnlyFolder(prepare: (folder: string) => void): string | undefined {
  if (process.getuid?.() === 0) {
    const folder = smallDisk("readOnly", 2000);
    if (folder === undefined) return undefined;
    prepare(folder);
    return spawnSync("mount", ["-o", "remount,ro", folder]).status === 0 ? folder : undefined;
  }
  if (process.platform === "win32") return undefined;
  const folder = join(root, "readOnly");
  mkdirSync(folder);
  prepare(folder);
  chmodSync(folder, 0o555);
  return folder;
}

test("in a read-only folder runs are read and listed, and all writing is refused in one line", ({ skip }) => {
  const folder = readOnlyFolder((inside) => {
    const writer = createRun(join(inside, "a.pgrun"), exampleMetadata);
    writer.append(exampleSummary(1));
    writer.close();
  });
  if (folder === undefined) return skip("no folder can be made read-only for this user");
  const path = join(folder, "a.pgrun");
  expect(codeOf(() => createRun(join(folder, "b.pgrun"), exampleMetadata))).toBe("readOnly");
  expect(codeOf(() => createRun(path, exampleMetadata, { force: true }))).toBe("readOnly");
  expect(codeOf(() => resumeRun(path))).toBe("readOnly");
  expect(codeOf(() => deleteRun(path))).toBe("readOnly");
  expect(codeOf(() => exportCsv(join(folder, "a.csv"), []))).toBe("readOnly");
  expect(listRuns(folder)).toMatchObject([{ name: "a.pgrun", updates: 1, state: "closed" }]);
  expect(readdirSync(folder)).toEqual(["a.pgrun"]);
});
