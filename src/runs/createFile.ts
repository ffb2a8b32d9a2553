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
  const file = new WholeFile(path, options.force === true);
  try {
    for (const piece of pieces) file.write(piece);
    file.finish();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/** `writeWholeFile` for pieces that take time to make; where making them fails or is given up, nothing is left. */
export async function writeWholeFileAsync(
  path: string,
  pieces: AsyncIterable<string>,
  options: { force?: boolean } = {},
): Promise<void> {
  const file = new WholeFile(path, options.force === true);
  try {
    for await (const piece of pieces) file.write(piece);
    file.finish();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

const pieceCharacters = 1 << 16;

/** A text file under a temporary name until it is whole. Throws RunError. */
class WholeFile {
  readonly #path: string;
  readonly #temporary: string;
  #file: number | undefined;
  #gathered = "";

  constructor(path: string, force: boolean) {
    checkFolder(path);
    if (!force && existsSync(path)) throw new RunError("exists", path);
    this.#path = path;
    this.#temporary = `${path}-new`;
    this.#file = withRunErrors(path, () => openSync(this.#temporary, "w"));
  }

  write(piece: string): void {
    this.#gathered += piece;
    if (this.#gathered.length >= pieceCharacters) this.#flush();
  }

  finish(): void {
    this.#flush();
    withRunErrors(this.#path, () => {
      fsyncSync(this.#file!);
      this.#close();
      renameSync(this.#temporary, this.#path);
      syncFolder(this.#path);
    });
  }

  /** Leaves nothing. */
  abandon(): void {
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #flush(): void {
    withRunErrors(this.#path, () => writeAll(this.#file!, this.#gathered));
    this.#gathered = "";
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
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
