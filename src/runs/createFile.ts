import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RunMetadata } from "./metadata.ts";
import { RunError, withRunErrors } from "./runError.ts";
import { checksum, createTables } from "./schema.ts";

// Measured on summaries: a fifth quicker than 4096; 16384 is another fifth quicker, but doubles an empty run.
const pageSize = 8192;

const companions = ["-wal", "-shm", "-journal"] as const;

/** The files SQLite may keep beside a run while it is written. */
export function companionPaths(path: string): readonly string[] {
  return companions.map((ending) => path + ending);
}

/**
 * Writes a run without updates at `path`, whole or not at all; an existing one is replaced in one step.
 * The caller holds the writer's lock. Throws RunError.
 */
export function createRunFile(path: string, metadata: RunMetadata): void {
  checkFolder(path);
  const temporary = `${path}-new`;
  withRunErrors(path, () => {
    try {
      removeRunFiles(temporary);
      writeEmptyRun(temporary, metadata);
      for (const companion of companionPaths(path)) rmSync(companion, { force: true });
      renameSync(temporary, path);
      syncFolder(path);
    } catch (error) {
      removeRunFiles(temporary);
      throw error;
    }
  });
}

/** Throws RunError "noFolder" where the folder of `path` does not exist. */
export function checkFolder(path: string): void {
  const folder = withRunErrors(path, () => statSync(dirname(resolve(path)), { throwIfNoEntry: false }));
  if (!folder?.isDirectory()) throw new RunError("noFolder", path);
}

/** Removes a run's file and SQLite's companions of it, those that exist. */
export function removeRunFiles(path: string): void {
  // The journals first: without its journal a run is at worst older, a journal without its run would be applied to the next.
  for (const companion of companionPaths(path)) rmSync(companion, { force: true });
  rmSync(path, { force: true });
}

/** Writes a whole text file: temporary file, fsync, rename, so that nobody ever sees half of it. Throws RunError. */
export function writeWholeFile(
  path: string,
  pieces: Iterable<string>,
  options: { force?: boolean } = {},
): void {
  checkFolder(path);
  if (options.force !== true && existsSync(path)) throw new RunError("exists", path);
  const temporary = `${path}-new`;
  withRunErrors(path, () => {
    try {
      writeSynced(temporary, pieces);
      renameSync(temporary, path);
      syncFolder(path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

const pieceCharacters = 1 << 16;

function writeSynced(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, "w");
  try {
    let gathered = "";
    for (const piece of pieces) {
      gathered += piece;
      if (gathered.length < pieceCharacters) continue;
      writeAll(file, gathered);
      gathered = "";
    }
    writeAll(file, gathered);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

function writeEmptyRun(path: string, metadata: RunMetadata): void {
  const database = new DatabaseSync(resolve(path));
  try {
    database.exec(`PRAGMA page_size = ${pageSize}; PRAGMA synchronous = FULL; BEGIN`);
    createTables(database);
    const text = JSON.stringify(metadata);
    database.prepare("INSERT INTO run VALUES (1, ?, ?, 0, 1, 0)").run(text, checksum(text, 1));
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(dirname(resolve(path)), "r");
  try {
    fsyncSync(folder);
  } catch {
    // Some file systems cannot sync a folder; the rename itself has happened.
  } finally {
    closeSync(folder);
  }
}
