import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { KeptEntry, KeptSampling } from "./keptSample.ts";
import type { JsonValue, RunMetadata } from "./metadata.ts";
import { blockChecksum, checksum } from "./schema.ts";
import { type SummaryBuffer, summaryFields } from "./summary.ts";

/** The settings that hold together with a loss. */
export type RunSettings = { readonly [key: string]: JsonValue };

/** One loss text of a run, in force from its first update until the next record's. */
export interface LossRecord {
  readonly id: number;
  readonly fromUpdate: number;
  readonly text: string;
  readonly settings: RunSettings;
}

/** The checksum stored with a loss. */
export function lossChecksum(fromUpdate: number, text: string, settings: string): number {
  return checksum(`${text}\n${settings}`, fromUpdate);
}

/** What a writer puts into a run's tables, one method per kind of row, statements prepared once. */
export class RunRows {
  private readonly database: DatabaseSync;
  private readonly prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  /** All of `action` or nothing of it. */
  transaction(action: () => void): void {
    this.database.exec("BEGIN IMMEDIATE");
    try {
      action();
      this.database.exec("COMMIT");
    } catch (error) {
      if (this.database.isTransaction) this.database.exec("ROLLBACK");
      throw error;
    }
  }

  addSummaries(first: number, buffer: SummaryBuffer): void {
    for (const field of summaryFields) {
      const data = buffer.bytes(field);
      this.run(
        "INSERT INTO summaries VALUES (?, ?, ?, ?, ?)",
        field,
        first,
        buffer.count,
        data,
        blockChecksum(data, field, first),
      );
    }
  }

  addLoss(loss: LossRecord): void {
    const settings = JSON.stringify(loss.settings);
    const crc = lossChecksum(loss.fromUpdate, loss.text, settings);
    this.run("INSERT INTO losses VALUES (?, ?, ?, ?, ?)", loss.id, loss.fromUpdate, loss.text, settings, crc);
  }

  putCheckpoint(afterUpdate: number, data: Uint8Array): void {
    const crc = checksum(data, afterUpdate);
    this.run("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)", afterUpdate, data, crc);
  }

  putKept(entry: KeptEntry, data: Uint8Array): void {
    const { update } = entry;
    const crc = checksum(data, update);
    this.run("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", update, entry.sample ?? null, data, crc);
  }

  dropKept(update: number): void {
    this.run("DELETE FROM kept WHERE number = ?", update);
  }

  putPin(update: number, label: string): void {
    this.run("INSERT OR REPLACE INTO pins VALUES (?, ?, ?)", update, label, checksum(label, update));
  }

  dropPin(update: number): void {
    this.run("DELETE FROM pins WHERE number = ?", update);
  }

  setSampling(sampling: KeptSampling): void {
    this.run("UPDATE run SET keep_stride = ?, keep_next = ?", sampling.stride, sampling.next);
  }

  setClosed(closed: boolean): void {
    this.run("UPDATE run SET closed = ?", closed ? 1 : 0);
  }

  setMetadata(metadata: RunMetadata): void {
    const text = JSON.stringify(metadata);
    this.run("UPDATE run SET metadata = ?, crc = ?", text, checksum(text, 1));
  }

  /** Removes every row that belongs to an update after `last`. */
  cutAfter(last: number): void {
    this.cutSummaries(last);
    this.run("DELETE FROM losses WHERE from_update > ?", last + 1);
    this.run("DELETE FROM checkpoints WHERE after_update > ?", last);
    this.run("DELETE FROM kept WHERE number > ?", last);
    this.run("DELETE FROM pins WHERE number > ?", last);
  }

  private cutSummaries(last: number): void {
    this.run("DELETE FROM summaries WHERE first > ?", last);
    const straddling = "SELECT field, first, data FROM summaries WHERE first + count - 1 > ?";
    for (const row of this.database.prepare(straddling).all(last)) {
      const first = Number(row.first);
      const field = row.field as string;
      const data = (row.data as Uint8Array).slice(0, (last - first + 1) * 8);
      const cut = "UPDATE summaries SET count = ?, data = ?, crc = ? WHERE field = ? AND first = ?";
      this.run(cut, data.length / 8, data, blockChecksum(data, field, first), field, first);
    }
  }

  private run(sql: string, ...values: SQLInputValue[]): void {
    let statement = this.prepared.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.prepared.set(sql, statement);
    }
    statement.run(...values);
  }
}
