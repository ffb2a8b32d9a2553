import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { freePath, newRunPath, runsFolder, safeFileName } from "../../../src/runs/folder.ts";
import { deleteRun, listRuns, renameRun, retitleRun } from "../../../src/runs/list.ts";
import { openRun } from "../../../src/runs/runReader.ts";
import { createRun } from "../../../src/runs/runWriter.ts";
import { exampleMetadata, exampleSummary } from "./example.ts";
import { codeOf, temporaryFolder } from "./support.ts";

const root = temporaryFolder();
let folders = 0;

function newFolder(): string {
  const folder = join(root, `${folders++}`);
  mkdirSync(folder);
  return folder;
}

function closedRun(path: string, updates: number): string {
  const writer = createRun(path, exampleMetadata);
  for (let update = 1; update <= updates; update++) writer.append(exampleSummary(update));
  writer.close();
  return path;
}

test("a folder's runs are listed by name, numbers by value, broken ones with their error", () => {
  const folder = newFolder();
  closedRun(join(folder, "a-10.pgrun"), 3);
  closedRun(join(folder, "a-9.pgrun"), 2);
  writeFileSync(join(folder, "b.pgrun"), "nothing of the kind");
  writeFileSync(join(folder, "notes.txt"), "");
  const writer = createRun(join(folder, "c.pgrun"), { ...exampleMetadata, title: "live" });
  const runs = listRuns(folder);
  expect(
    runs.map(({ name, updates, title, beingWritten, state }) => [name, updates, title, beingWritten, state]),
  ).toEqual([
    ["a-9.pgrun", 2, "a run", false, "closed"],
    ["a-10.pgrun", 3, "a run", false, "closed"],
    ["b.pgrun", 0, "", false, undefined],
    ["c.pgrun", 0, "live", true, "writing"],
  ]);
  expect(runs[2]?.error).toContain("is not a run file");
  expect(runs[1]?.bytes).toBe(readFileSync(join(folder, "a-10.pgrun")).length);
  writer.close();
});

test("a folder that does not exist has no runs", () => {
  expect(listRuns(join(root, "nowhere"))).toEqual([]);
});

test("a run is renamed and deleted, but not while it is written or over another", () => {
  const folder = newFolder();
  const path = join(folder, "one.pgrun");
  const writer = createRun(path, exampleMetadata);
  expect(codeOf(() => renameRun(path, "two"))).toBe("writing");
  expect(codeOf(() => deleteRun(path))).toBe("writing");
  writer.close();
  closedRun(join(folder, "other.pgrun"), 1);
  expect(codeOf(() => renameRun(path, "other"))).toBe("exists");
  const renamed = renameRun(path, "two / three.pgrun");
  expect(basename(renamed)).toBe("two-three.pgrun");
  openRun(renamed).close();
  deleteRun(renamed);
  expect(codeOf(() => deleteRun(renamed))).toBe("missing");
  expect(readdirSync(folder)).toEqual(["other.pgrun"]);
});

test("a run whose writer was killed keeps its last commits when it is renamed", () => {
  const folder = newFolder();
  const source = join(folder, "source.pgrun");
  const writer = createRun(source, exampleMetadata);
  writer.append(exampleSummary(1));
  writer.flush();
  const path = join(folder, "killed.pgrun");
  copyFileSync(source, path);
  copyFileSync(`${source}-wal`, `${path}-wal`);
  writer.close();
  const renamed = renameRun(path, "kept");
  const run = openRun(renamed);
  expect(run.updateCount).toBe(1);
  run.close();
  expect(readdirSync(folder).sort()).toEqual(["kept.pgrun", "source.pgrun"]);
});

test("a broken run can be renamed and deleted too", () => {
  const path = join(newFolder(), "broken.pgrun");
  writeFileSync(path, "nothing of the kind");
  writeFileSync(`${path}-wal`, "nor this");
  const renamed = renameRun(path, "still broken");
  deleteRun(renamed);
  expect(existsSync(`${renamed}-wal`)).toBe(false);
});

test("a title changes without anything else", () => {
  const path = closedRun(join(newFolder(), "a.pgrun"), 4);
  retitleRun(path, "better");
  const run = openRun(path);
  expect([run.metadata.title, run.updateCount, run.state]).toEqual(["better", 4, "closed"]);
  run.close();
});

test("a new run gets a free name in a folder that version control ignores", () => {
  const folder = newFolder();
  const naming = { environment: "CartPole-v1", algorithm: "reinforce", seed: 7 };
  const first = newRunPath(folder, naming);
  expect(first).toBe(join(runsFolder(folder), "CartPole-v1-reinforce-seed7.pgrun"));
  closedRun(first, 0);
  const second = newRunPath(folder, naming);
  expect(basename(second)).toBe("CartPole-v1-reinforce-seed7-2.pgrun");
  expect(readFileSync(join(runsFolder(folder), ".gitignore"), "utf8")).toBe("*\n");
});

test("any text becomes a name that is one plain path part, and stays as it is the second time", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      const name = safeFileName(text);
      expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,103}$/);
      expect(name).not.toMatch(/[.-]$/);
      expect(safeFileName(name)).toBe(name);
      expect(basename(freePath(root, text))).toMatch(/\.pgrun$/);
    }),
  );
  expect(safeFileName("../../etc/passwd")).toBe("etc-passwd");
  expect(safeFileName("nul.txt")).toBe("run-nul.txt");
  expect(safeFileName("…")).toBe("run");
});
