import type { DatabaseSync } from "node:sqlite";
import { type KeptEntry, thinKept } from "./keptSample.ts";
import { allRows, firstRow, readPins } from "./runRead.ts";
import type { RunRows } from "./runRows.ts";

/** Bytes that kept, unpinned updates may take in a run's file. */
export const defaultKeepBudget = 64 * 2 ** 20;

/** Why an update is kept: it is the last one that was, somebody pinned it, or it belongs to the thinning sample. */
export type KeptReason = "latest" | "pinned" | "sample";

/** The kept updates of a run being written: what is stored, what waits for the next transaction. */
export class KeptUpdates {
  private stored = new Map<number, KeptEntry>();
  private pins: Map<number, string>;
  private stride: number;
  private next: number;
  private readonly budget: number;
  private readonly waiting = new Map<number, { readonly entry: KeptEntry; readonly data: Uint8Array }>();
  private readonly waitingPins = new Map<number, string | undefined>();

  constructor(database: DatabaseSync, path: string, budget: number) {
    this.budget = budget;
    const run = firstRow(database, path, "SELECT keep_stride, keep_next FROM run");
    this.stride = Number(run?.keep_stride ?? 1);
    this.next = Number(run?.keep_next ?? 0);
    for (const row of allRows(database, path, "SELECT number, sample, length(data) AS bytes FROM kept")) {
      const update = Number(row.number);
      const sample = row.sample === null ? undefined : Number(row.sample);
      this.stored.set(update, { update, bytes: Number(row.bytes), sample });
    }
    this.pins = new Map(readPins(database, path));
  }

  get isWaiting(): boolean {
    return this.waiting.size > 0 || this.waitingPins.size > 0;
  }

  keep(update: number, payload: Uint8Array, reason: KeptReason): void {
    const before = this.waiting.get(update)?.entry ?? this.stored.get(update);
    const sample = before?.sample ?? (reason === "sample" ? this.next++ : undefined);
    for (const [other, { entry }] of this.waiting) {
      if (entry.sample === undefined && !this.isPinned(other)) this.waiting.delete(other);
    }
    this.waiting.set(update, {
      entry: { update, bytes: payload.length, sample },
      data: new Uint8Array(payload),
    });
    if (reason === "pinned" && !this.isPinned(update)) this.waitingPins.set(update, "");
  }

  pin(update: number, label: string): void {
    this.waitingPins.set(update, label);
  }

  unpin(update: number): void {
    this.waitingPins.set(update, undefined);
  }

  /** Writes what waits and drops what no longer fits; inside the caller's transaction. */
  write(rows: RunRows): () => void {
    const pins = this.pinsWithWaiting();
    const entries = new Map(this.stored);
    for (const { entry, data } of this.waiting.values()) {
      rows.putKept(entry, data);
      entries.set(entry.update, entry);
    }
    for (const [update, label] of this.waitingPins) {
      if (label === undefined) rows.dropPin(update);
      else rows.putPin(update, label);
    }
    const sampling = { stride: this.stride, next: this.next };
    const { stride, dropped } = thinKept([...entries.values()], new Set(pins.keys()), sampling, this.budget);
    for (const update of dropped) {
      rows.dropKept(update);
      entries.delete(update);
    }
    rows.setSampling({ stride, next: this.next });
    return () => this.accept(entries, pins, stride);
  }

  private accept(stored: Map<number, KeptEntry>, pins: Map<number, string>, stride: number): void {
    this.stored = stored;
    this.pins = pins;
    this.stride = stride;
    this.waiting.clear();
    this.waitingPins.clear();
  }

  private isPinned(update: number): boolean {
    return this.waitingPins.has(update) ? this.waitingPins.get(update) !== undefined : this.pins.has(update);
  }

  private pinsWithWaiting(): Map<number, string> {
    const pins = new Map(this.pins);
    for (const [update, label] of this.waitingPins) {
      if (label === undefined) pins.delete(update);
      else pins.set(update, label);
    }
    return pins;
  }
}
