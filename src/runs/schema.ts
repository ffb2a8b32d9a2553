import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { RunError } from "./runError.ts";

/** "PGRN", SQLite's application_id of a run file. */
export const applicationId = 0x5047524e;

/** SQLite's user_version of the files written here; files of a higher one are refused. */
export const schemaVersion = 1;

/**
 * The tables of a run file. `summaries` holds the figures of consecutive updates, one row per flush
 * and column: float64, little endian, of updates first … first + count − 1. Every blob and text has a
 * CRC-32 that starts from its key (`checksum`), since SQLite itself does not check its pages.
 */
export const tables: readonly string[] = [
  `CREATE TABLE run (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  metadata TEXT NOT NULL,
  crc INTEGER NOT NULL,
  closed INTEGER NOT NULL,
  keep_stride INTEGER NOT NULL,
  keep_next INTEGER NOT NULL
)`,
  `CREATE TABLE summaries (
  field TEXT NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  data BLOB NOT NULL,
  crc INTEGER NOT NULL,
  PRIMARY KEY (field, first)
)`,
  `CREATE TABLE losses (
  id INTEGER PRIMARY KEY,
  from_update INTEGER NOT NULL,
  text TEXT NOT NULL,
  settings TEXT NOT NULL,
  crc INTEGER NOT NULL
)`,
  `CREATE TABLE checkpoints (
  after_update INTEGER PRIMARY KEY,
  data BLOB NOT NULL,
  crc INTEGER NOT NULL
)`,
  `CREATE TABLE kept (
  number INTEGER PRIMARY KEY,
  sample INTEGER,
  data BLOB NOT NULL,
  crc INTEGER NOT NULL
)`,
  `CREATE TABLE pins (
  number INTEGER PRIMARY KEY,
  label TEXT NOT NULL,
  crc INTEGER NOT NULL
)`,
];

/** CRC-32 of a blob or text, started from the number it is stored under, so that it fits no other row. */
export function checksum(data: Uint8Array | string, key: number): number {
  return crc32(data, key >>> 0);
}

/** A block's checksum: its field is part of it, since a damaged index may lead to the block of another. */
export function blockChecksum(data: Uint8Array, field: string, first: number): number {
  return crc32(data, crc32(field, first >>> 0));
}

/** Makes the tables of an empty database. */
export function createTables(database: DatabaseSync): void {
  database.exec(
    `${tables.join(";")}; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`,
  );
}

/**
 * Checks that a database is a run of a version known here, table for table: a file with views or triggers
 * of its own would run them. Throws RunError "foreign", "newer" or "damaged".
 */
export function checkSchema(database: DatabaseSync, path: string): void {
  if (pragma(database, "application_id") !== applicationId) throw new RunError("foreign", path);
  const version = pragma(database, "user_version");
  if (version > schemaVersion) throw new RunError("newer", path);
  const found = database.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid").all();
  const isOurs = found.length === tables.length && found.every((row, index) => row.sql === tables[index]);
  if (version !== schemaVersion || !isOurs) throw new RunError("damaged", path);
}

/** The integer value of a pragma. */
export function pragma(database: DatabaseSync, name: string): number {
  const row = database.prepare(`PRAGMA ${name}`).get();
  return Number(Object.values(row ?? {})[0]);
}
