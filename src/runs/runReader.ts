import { existsSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { openToRead, openToWrite, stopJournal } from "./connection.ts";
import { companionPaths } from "./createFile.ts";
import { type Curve, decimate } from "./curve.ts";
import type { KeptReason } from "./keptUpdates.ts";
import type { RunMetadata } from "./metadata.ts";
import { RunError, withRunErrors } from "./runError.ts";
import {
  allRows,
  checkedData,
  firstRow,
  readColumn,
  readIsClosed,
  readLosses,
  readMetadata,
  readPins,
  readUpdateCount,
} from "./runRead.ts";
import type { LossRecord } from "./runRows.ts";
import { pragma } from "./schema.ts";
import { type SummaryColumns, type SummaryField, summaryFields } from "./summary.ts";
import { acquireWriterLock, identityOf, isBeingWritten } from "./writerLock.ts";

/** Whether a process writes the run now, or closed it, or died or was killed while it wrote ("stopped"). */
export type RunState = "writing" | "closed" | "stopped";

/** What a follower wants to know. */
export interface RunProgress {
  /** Whether anything was committed since the last poll. */
  readonly changed: boolean;
  readonly updates: number;
  readonly state: RunState;
}

/** One kept update in the list. `bytes` is the size of its payload. */
export interface KeptListing {
  readonly update: number;
  readonly bytes: number;
  readonly reason: KeptReason;
  /** Of a pinned one. */
  readonly label?: string;
}

/** Opens a run to read, also while it is written or after its writer was killed. Throws RunError. */
export function openRun(path: string): RunReader {
  return new RunReader(path);
}

/**
 * A run as it stands in its file. Ranges of updates include both ends and are cut to what there is;
 * every value is checked when read, and one that has changed on disk is RunError "damaged", never returned.
 */
export class RunReader {
  readonly path: string;
  private database: DatabaseSync;
  private identity: string | undefined;
  private version = -1;
  private count = 0;
  private run: RunMetadata;
  private isRunClosed = false;

  constructor(path: string) {
    this.path = path;
    this.identity = identityOf(path);
    this.database = openToRead(path);
    try {
      this.run = readMetadata(this.database, path);
      this.refresh();
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  get metadata(): RunMetadata {
    return this.run;
  }

  /** Number of the last update committed when the run was opened or last polled. */
  get updateCount(): number {
    return this.count;
  }

  get state(): RunState {
    if (this.isRunClosed) return "closed";
    return isBeingWritten(this.path) ? "writing" : "stopped";
  }

  /** Size on disk with what SQLite keeps beside the file. */
  get bytes(): number {
    return sizeOnDisk(this.path);
  }

  /** All columns of updates `from` … `to`. */
  summaries(from: number, to: number): SummaryColumns {
    const { first, last } = this.range(from, to);
    const update = Float64Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
    const columns = this.transaction(() =>
      summaryFields.map((field) => [field, readColumn(this.database, this.path, field, first, last)]),
    );
    return { update, ...Object.fromEntries(columns) };
  }

  /** One column of updates `from` … `to`. */
  column(field: SummaryField, from: number, to: number): Float64Array {
    const { first, last } = this.range(from, to);
    return readColumn(this.database, this.path, field, first, last);
  }

  /** One column of updates `from` … `to`, decimated to at most `buckets` points that keep its extremes. */
  curve(field: SummaryField, from: number, to: number, buckets: number): Curve {
    return decimate(this.column(field, from, to), this.range(from, to).first, buckets);
  }

  /** The last checkpoint taken after update `update` or an earlier one (0: before the first); undefined for none. */
  checkpointAtOrBefore(update: number): { readonly update: number; readonly state: Uint8Array } | undefined {
    const sql =
      "SELECT after_update, data, crc FROM checkpoints WHERE after_update <= ? ORDER BY after_update DESC LIMIT 1";
    const row = firstRow(this.database, this.path, sql, update);
    if (row === undefined) return undefined;
    const found = Number(row.after_update);
    return { update: found, state: checkedData(row, found, this.path) };
  }

  /** Numbers of the updates after which there is a checkpoint, ascending. */
  checkpointList(): readonly number[] {
    const sql = "SELECT after_update FROM checkpoints ORDER BY after_update";
    return allRows(this.database, this.path, sql).map((row) => Number(row.after_update));
  }

  /** The payload of a kept update; undefined where it is not kept. */
  kept(update: number): Uint8Array | undefined {
    const row = firstRow(this.database, this.path, "SELECT data, crc FROM kept WHERE number = ?", update);
    return row === undefined ? undefined : checkedData(row, update, this.path);
  }

  /** The kept updates, ascending. */
  keptList(): readonly KeptListing[] {
    const pins = this.pins();
    const rows = allRows(
      this.database,
      this.path,
      "SELECT number, length(data) AS bytes FROM kept ORDER BY number",
    );
    return rows.map((row, index) => {
      const listing = { update: Number(row.number), bytes: Number(row.bytes) };
      const label = pins.get(listing.update);
      if (label !== undefined) return { ...listing, reason: "pinned", label };
      return { ...listing, reason: index === rows.length - 1 ? "latest" : "sample" };
    });
  }

  /** The label of every pin, kept or not, by update, ascending. */
  pins(): ReadonlyMap<number, string> {
    return readPins(this.database, this.path);
  }

  /** Every loss with the update from which it is in force, ascending. */
  losses(): readonly LossRecord[] {
    return readLosses(this.database, this.path);
  }

  /** The loss in force at an update; undefined where none was recorded by then. */
  lossAt(update: number): LossRecord | undefined {
    return this.losses().findLast((loss) => loss.fromUpdate <= update);
  }

  /**
   * Looks for new commits: cheap where there are none. A run replaced by another of the same name is read anew.
   * Throws RunError, "missing" where the file has gone.
   */
  poll(): RunProgress {
    const identity = identityOf(this.path);
    if (identity !== this.identity) this.reopen();
    const version = withRunErrors(this.path, () => pragma(this.database, "data_version"));
    const changed = identity !== this.identity || version !== this.version;
    this.identity = identity;
    if (changed) this.refresh();
    return { changed, updates: this.count, state: this.state };
  }

  close(): void {
    if (!this.database.isOpen) return;
    this.database.close();
    if (this.isRunClosed) settle(this.path);
  }

  private refresh(): void {
    this.version = withRunErrors(this.path, () => pragma(this.database, "data_version"));
    this.run = readMetadata(this.database, this.path);
    this.count = readUpdateCount(this.database, this.path);
    const wasClosed = this.isRunClosed;
    this.isRunClosed = readIsClosed(this.database, this.path);
    if (this.isRunClosed && !wasClosed && hasJournal(this.path)) this.letSettle();
  }

  /** The writer closed the run while this reader was connected: what it left beside the file can go now. */
  private letSettle(): void {
    this.database.close();
    settle(this.path);
    this.reopen();
    // Counted on the connection that is gone; the next poll looks again.
    this.version = -1;
  }

  private reopen(): void {
    if (this.database.isOpen) this.database.close();
    this.database = openToRead(this.path);
  }

  private range(from: number, to: number): { first: number; last: number } {
    return { first: Math.max(1, Math.ceil(from)), last: Math.min(this.count, Math.floor(to)) };
  }

  private transaction<Result>(read: () => Result): Result {
    return withRunErrors(this.path, () => {
      this.database.exec("BEGIN");
      try {
        return read();
      } finally {
        if (this.database.isTransaction) this.database.exec("COMMIT");
      }
    });
  }
}

/** Size of a run on disk in bytes, with what SQLite keeps beside it. */
export function sizeOnDisk(path: string): number {
  const files = [path, ...companionPaths(path).filter((companion) => !companion.endsWith("-shm"))];
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

function hasJournal(path: string): boolean {
  return existsSync(`${path}-wal`);
}

/** Removes the empty journal that a closed run keeps while readers are connected; where it cannot, it stays harmless. */
function settle(path: string): void {
  if (!hasJournal(path) || isBeingWritten(path)) return;
  try {
    const lock = acquireWriterLock(path);
    try {
      const database = openToWrite(path);
      try {
        withRunErrors(path, () => stopJournal(database));
      } finally {
        database.close();
      }
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
  }
}
