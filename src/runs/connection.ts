import { statfsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RunError, sqliteCode, withRunErrors } from "./runError.ts";
import { checkSchema } from "./schema.ts";

const waitMilliseconds = 2000;
const readOnlyPrimaryCode = 8;

/** Opens an existing run file to write, its schema checked. Throws RunError. */
export function openToWrite(path: string): DatabaseSync {
  checkIsFile(path);
  return withRunErrors(path, () => checked(resolve(path), false, path));
}

/**
 * Opens an existing run file to read, its schema checked, while a writer lives or after one was killed:
 * where the killed one left a half-written transaction behind, that is rolled back first. Throws RunError.
 */
export function openToRead(path: string): DatabaseSync {
  checkIsFile(path);
  return withRunErrors(path, () => {
    try {
      return checked(resolve(path), true, path);
    } catch (error) {
      if ((sqliteCode(error) ?? 0) % 256 !== readOnlyPrimaryCode) throw error;
      checked(resolve(path), false, path).close();
      return checked(resolve(path), true, path);
    }
  });
}

function checkIsFile(path: string): void {
  const found = withRunErrors(path, () => statSync(path, { throwIfNoEntry: false }));
  if (found === undefined) throw new RunError("missing", path);
  if (!found.isFile()) throw new RunError("unreadable", path);
}

function checked(absolute: string, readOnly: boolean, path: string): DatabaseSync {
  const database = new DatabaseSync(absolute, { readOnly, timeout: waitMilliseconds, defensive: true });
  try {
    database.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
    checkSchema(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** How a run is journalled while it is written. */
export type Journal = "wal" | "truncate";

/** `statfs` types of Linux whose files several machines share, where the shared memory of WAL does not work. */
const networkFileSystems: ReadonlySet<number> = new Set([
  0x6969, // nfs
  0x517b, // smb
  0xff534d42, // cifs
  0xfe534d42, // smb2
  0x65735546, // fuse, which sshfs and many others are
  0x0bd00bd0, // lustre
  0x47504653, // gpfs
  0x00c36400, // ceph
  0x19830326, // beegfs
  0x01021997, // 9p
  0x5346414f, // afs
]);

/** The journal that suits the file system a run lies on. */
export function suitableJournal(path: string): Journal {
  if (process.platform === "win32") return resolve(path).startsWith("\\\\") ? "truncate" : "wal";
  if (process.platform !== "linux") return "wal";
  const { type } = withRunErrors(path, () => statfsSync(dirname(resolve(path))));
  return networkFileSystems.has(type >>> 0) ? "truncate" : "wal";
}

/**
 * Switches an open run to a journal for writing, and returns the one it got: TRUNCATE where WAL is refused.
 * With WAL, commits survive a killed process and need no wait for the disk; only a power failure may lose the latest.
 */
export function startJournal(database: DatabaseSync, wanted: Journal): Journal {
  if (wanted === "wal" && tryWal(database)) return "wal";
  database.exec("PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL");
  return "truncate";
}

function tryWal(database: DatabaseSync): boolean {
  try {
    if (database.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode !== "wal") return false;
    database.exec("PRAGMA synchronous = NORMAL");
    return true;
  } catch {
    return false;
  }
}

/**
 * Brings everything into the one file and removes the journal. While readers are connected the file is made
 * whole but its empty `-wal` stays; the last reader to close removes it.
 */
export function stopJournal(database: DatabaseSync): boolean {
  database.exec("PRAGMA busy_timeout = 0");
  try {
    database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    return database.prepare("PRAGMA journal_mode = DELETE").get()?.journal_mode === "delete";
  } catch (error) {
    if ((sqliteCode(error) ?? 0) % 256 === 5) return false;
    throw error;
  }
}
