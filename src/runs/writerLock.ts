import { type BigIntStats, closeSync, openSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { asRunError, RunError, sqliteCode, withRunErrors } from "./runError.ts";

/** The right to write one run, held until `release`, or until the process dies, however it dies. */
export interface WriterLock {
  release(): void;
}

/**
 * The file beside a run that carries the writer's lock. It stays empty: the lock is SQLite's
 * exclusive lock on it, an operating system lock that ends with its process, so a file left
 * by a killed writer blocks nobody. The run's own file takes no part, which lets readers read.
 *
 * Neither this file nor a run file may be opened with `node:fs` while it may be open in this process:
 * on POSIX, closing any descriptor of a file drops all locks the process holds on it.
 */
export function writerLockPath(path: string): string {
  return `${path}-lock`;
}

const busy = 5;
const waitForProbesMilliseconds = 300;
const attempts = 8;

/** Takes the lock of the run at `path`; throws RunError "writing" where another writer lives. */
export function acquireWriterLock(path: string): WriterLock {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const lock = tryLock(path);
    if (lock !== undefined) return lock;
  }
  throw new RunError("writing", path);
}

/** Whether a living process holds the lock of the run at `path`. Changes nothing. */
export function isBeingWritten(path: string): boolean {
  const lockPath = writerLockPath(path);
  if (identityOf(lockPath) === undefined) return false;
  try {
    const probe = new DatabaseSync(lockPath, { readOnly: true, timeout: 0 });
    try {
      probe.prepare("SELECT count(*) FROM sqlite_schema").get();
      return false;
    } finally {
      probe.close();
    }
  } catch (error) {
    return (sqliteCode(error) ?? 0) % 256 === busy;
  }
}

function tryLock(path: string): WriterLock | undefined {
  const lockPath = writerLockPath(path);
  withRunErrors(path, () => createIfMissing(lockPath));
  const before = identityOf(lockPath);
  if (before === undefined) return undefined;
  // A writer that was closing may have removed the file between our look at it and our lock on it.
  const isReplaced = () => identityOf(lockPath) !== before;
  let database: DatabaseSync;
  try {
    database = lockedDatabase(lockPath, path);
  } catch (error) {
    if (isReplaced()) return undefined;
    throw error;
  }
  if (!isReplaced()) return { release: () => release(database, lockPath) };
  database.close();
  return undefined;
}

function createIfMissing(lockPath: string): void {
  if (identityOf(lockPath) !== undefined) return;
  try {
    closeSync(openSync(lockPath, "wx"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return;
    throw error;
  }
}

function lockedDatabase(lockPath: string, path: string): DatabaseSync {
  const database = withRunErrors(
    path,
    () => new DatabaseSync(lockPath, { timeout: waitForProbesMilliseconds }),
  );
  try {
    database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    const isHeld = (sqliteCode(error) ?? 0) % 256 === busy;
    throw isHeld ? new RunError("writing", path, error) : asRunError(error, path);
  }
}

function release(database: DatabaseSync, lockPath: string): void {
  if (!database.isOpen) return;
  // Removed while held, so that nobody can take the old file's lock unnoticed; Windows removes only closed files.
  if (process.platform !== "win32") rmSync(lockPath, { force: true });
  database.close();
  if (process.platform === "win32") removeUnlessOpen(lockPath);
}

function removeUnlessOpen(lockPath: string): void {
  try {
    rmSync(lockPath, { force: true });
  } catch {
    // The next writer has it open already, and will remove it.
  }
}

/** Device, number and birth of the file at a path, as text that differs for another file; undefined for none. */
export function identityOf(path: string): string | undefined {
  const found: BigIntStats | undefined = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}:${found.birthtimeNs}`;
}
