import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { type JsonValue, parseJson, parseMetadata, type RunMetadata } from "./metadata.ts";
import { RunError, withRunErrors } from "./runError.ts";
import { type LossRecord, lossChecksum } from "./runRows.ts";
import { blockChecksum, checksum } from "./schema.ts";
import { type SummaryField, summaryFields } from "./summary.ts";

/** What the file says of itself; throws RunError "damaged". */
export function readMetadata(database: DatabaseSync, path: string): RunMetadata {
  const row = firstRow(database, path, "SELECT metadata, crc FROM run");
  const text = String(row?.metadata);
  if (row === undefined || row.crc !== checksum(text, 1)) throw new RunError("damaged", path);
  return parseMetadata(text, path);
}

/** Whether the last writer closed the run, rather than dying or still writing. */
export function readIsClosed(database: DatabaseSync, path: string): boolean {
  return firstRow(database, path, "SELECT closed FROM run")?.closed === 1;
}

/** Number of the last committed update, 0 for none. Checks the block it is read from. */
export function readUpdateCount(database: DatabaseSync, path: string): number {
  const sql = "SELECT first, count, data, crc FROM summaries WHERE field = ? ORDER BY first DESC LIMIT 1";
  const row = firstRow(database, path, sql, summaryFields[0]);
  if (row === undefined) return 0;
  const { first, values } = checkedBlock(row, summaryFields[0], path);
  return first + values.length - 1;
}

/**
 * One column of updates `from` … `to`, both included, [to − from + 1].
 * Throws RunError "damaged" where a value is missing or has changed.
 */
export function readColumn(
  database: DatabaseSync,
  path: string,
  field: SummaryField,
  from: number,
  to: number,
): Float64Array {
  const column = new Float64Array(Math.max(0, to - from + 1));
  let filled = 0;
  for (const row of allRows(database, path, blocksOfRange, field, from, to)) {
    const { first, values } = checkedBlock(row, field, path);
    const part = values.subarray(Math.max(0, from - first), Math.max(0, to - first + 1));
    if (Math.max(first, from) !== from + filled) throw new RunError("damaged", path);
    column.set(part, filled);
    filled += part.length;
  }
  if (filled !== column.length) throw new RunError("damaged", path);
  return column;
}

const blocksOfRange = `SELECT first, count, data, crc FROM summaries WHERE field = ?1
  AND first >= coalesce((SELECT max(first) FROM summaries WHERE field = ?1 AND first <= ?2), ?2)
  AND first <= ?3 ORDER BY first`;

/** Every loss of the run, in the order in which they came into force. */
export function readLosses(database: DatabaseSync, path: string): readonly LossRecord[] {
  const sql = "SELECT id, from_update, text, settings, crc FROM losses ORDER BY from_update, id";
  return allRows(database, path, sql).map((row) => {
    const fromUpdate = Number(row.from_update);
    const text = String(row.text);
    const settings = String(row.settings);
    if (row.crc !== lossChecksum(fromUpdate, text, settings)) throw new RunError("damaged", path);
    return {
      id: Number(row.id),
      fromUpdate,
      text,
      settings: parseJson(settings, path) as Record<string, JsonValue>,
    };
  });
}

/** Every pin, by update. */
export function readPins(database: DatabaseSync, path: string): ReadonlyMap<number, string> {
  const rows = allRows(database, path, "SELECT number, label, crc FROM pins ORDER BY number");
  const pins = rows.map((row): [number, string] => {
    const update = Number(row.number);
    const label = String(row.label);
    if (row.crc !== checksum(label, update)) throw new RunError("damaged", path);
    return [update, label];
  });
  return new Map(pins);
}

/** The first row of a query as it stands in the file. */
export function firstRow(database: DatabaseSync, path: string, sql: string, ...values: SQLInputValue[]) {
  return withRunErrors(path, () => database.prepare(sql).get(...values));
}

/** All rows of a query. */
export function allRows(database: DatabaseSync, path: string, sql: string, ...values: SQLInputValue[]) {
  return withRunErrors(path, () => database.prepare(sql).all(...values));
}

/** The bytes of a row with `data` and `crc` that is stored under `key`; throws RunError "damaged" if they have changed. */
export function checkedData(row: Record<string, unknown>, key: number, path: string): Uint8Array {
  if (!(row.data instanceof Uint8Array) || row.crc !== checksum(row.data, key))
    throw new RunError("damaged", path);
  return row.data;
}

function checkedBlock(
  row: Record<string, unknown>,
  field: SummaryField,
  path: string,
): { first: number; values: Float64Array } {
  const first = Number(row.first);
  const { data } = row;
  if (!(data instanceof Uint8Array) || row.crc !== blockChecksum(data, field, first))
    throw new RunError("damaged", path);
  if (data.length === 0 || data.length % 8 !== 0 || data.length !== Number(row.count) * 8)
    throw new RunError("damaged", path);
  const values = new Float64Array(data.length / 8);
  new Uint8Array(values.buffer).set(data);
  return { first, values };
}
