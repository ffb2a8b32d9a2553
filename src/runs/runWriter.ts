import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { type Journal, openToWrite, startJournal, stopJournal, suitableJournal } from "./connection.ts";
import { checkFolder, createRunFile } from "./createFile.ts";
import { defaultKeepBudget, type KeptReason, KeptUpdates } from "./keptUpdates.ts";
import type { RunMetadata } from "./metadata.ts";
import { RunError, withRunErrors } from "./runError.ts";
import { readLosses, readMetadata, readUpdateCount } from "./runRead.ts";
import { type LossRecord, RunRows, type RunSettings } from "./runRows.ts";
import { SummaryBuffer, type UpdateSummary } from "./summary.ts";
import { acquireWriterLock, type WriterLock } from "./writerLock.ts";

/** How a run is written. */
export interface WriterOptions {
  /** Longest time between two commits in milliseconds, default 250. */
  readonly commitEvery?: number;
  /** Bytes that kept, unpinned updates may take, default 64 MiB. */
  readonly keepBudget?: number;
  /** Default: WAL, TRUNCATE on network file systems and where WAL is refused. */
  readonly journal?: Journal;
}

const commitMilliseconds = 250;
const mostWaitingRows = 1 << 16;

/** Makes a run at `path` and opens it to write. Throws RunError: "exists" without `force`, "writing", "full", … */
export function createRun(
  path: string,
  metadata: RunMetadata,
  options: WriterOptions & { readonly force?: boolean } = {},
): RunWriter {
  checkFolder(path);
  return withLock(path, (lock) => {
    if (existsSync(path) && options.force !== true) throw new RunError("exists", path);
    createRunFile(path, metadata);
    return new RunWriter(path, lock, options);
  });
}

/** Opens an existing run to write on, after its last committed update. Throws RunError. */
export function resumeRun(path: string, options: WriterOptions = {}): RunWriter {
  if (!existsSync(path)) throw new RunError("missing", path);
  return withLock(path, (lock) => new RunWriter(path, lock, options));
}

function withLock(path: string, open: (lock: WriterLock) => RunWriter): RunWriter {
  const lock = acquireWriterLock(path);
  try {
    return open(lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * The one writer of a run. Calls only gather; `tick` commits what was gathered when it is time, all in one
 * transaction, so after any end of the process the file holds a whole prefix of what was appended.
 * Where a commit fails (RunError), the run so far is kept and what was gathered waits for the next attempt.
 */
export class RunWriter {
  readonly path: string;
  readonly journal: Journal;
  private readonly lock: WriterLock;
  private readonly database: DatabaseSync;
  private readonly rows: RunRows;
  private readonly commitEvery: number;
  private kept: KeptUpdates;
  private readonly keepBudget: number;
  private run: RunMetadata;
  private losses: LossRecord[];
  private storedLosses: number;
  private committed: number;
  private appended: number;
  private buffer = new SummaryBuffer();
  private checkpoints = new Map<number, Uint8Array>();
  private lastCommit = Number.NEGATIVE_INFINITY;
  private hasNewMetadata = false;

  constructor(path: string, lock: WriterLock, options: WriterOptions) {
    this.path = path;
    this.lock = lock;
    this.commitEvery = options.commitEvery ?? commitMilliseconds;
    this.keepBudget = options.keepBudget ?? defaultKeepBudget;
    this.database = openToWrite(path);
    try {
      this.rows = new RunRows(this.database);
      this.run = readMetadata(this.database, path);
      this.losses = [...readLosses(this.database, path)];
      this.storedLosses = this.losses.length;
      this.committed = readUpdateCount(this.database, path);
      this.appended = this.committed;
      this.kept = new KeptUpdates(this.database, this.path, this.keepBudget);
      this.journal = withRunErrors(path, () =>
        startJournal(this.database, options.journal ?? suitableJournal(path)),
      );
      withRunErrors(path, () => this.rows.transaction(() => this.rows.setClosed(false)));
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  get metadata(): RunMetadata {
    return this.run;
  }

  /** Number of the last appended update, committed or not. */
  get updateCount(): number {
    return this.appended;
  }

  /** Number of the last update that a killed process would not lose. */
  get acknowledged(): number {
    return this.committed;
  }

  /** Adds the next update's summary; throws where `update` is not the next. A copy is taken. */
  append(summary: UpdateSummary): void {
    if (summary.update !== this.appended + 1) {
      throw new RangeError(`update ${summary.update} appended after update ${this.appended}`);
    }
    this.buffer.append(summary, this.lossAt(summary.update)?.id ?? 0);
    this.appended++;
    if (this.buffer.count >= mostWaitingRows) this.flush();
  }

  /** Records the state after update `afterUpdate` (0: before the first), from which training can go on. A copy is taken. */
  checkpoint(afterUpdate: number, state: Uint8Array): void {
    this.checkpoints.set(afterUpdate, new Uint8Array(state));
  }

  /**
   * Keeps an update whole. The latest stays until the next is kept, a sample as long as the budget has room for
   * samples that dense, a pinned one always. A copy is taken.
   */
  keep(update: number, payload: Uint8Array, reason: KeptReason): void {
    this.kept.keep(update, payload, reason);
  }

  /** Pins an update, kept or not, under a label. */
  pin(update: number, label: string): void {
    this.kept.pin(update, label);
  }

  unpin(update: number): void {
    this.kept.unpin(update);
  }

  /** Records the loss, with the settings that hold with it, in force from `fromUpdate`, which is yet to come. Returns its id. */
  recordLoss(fromUpdate: number, text: string, settings: RunSettings): number {
    if (fromUpdate <= this.appended || fromUpdate < (this.losses.at(-1)?.fromUpdate ?? 0)) {
      throw new RangeError(`a loss from update ${fromUpdate} on, recorded after update ${this.appended}`);
    }
    const id = (this.losses.at(-1)?.id ?? 0) + 1;
    this.losses.push({ id, fromUpdate, text, settings });
    return id;
  }

  rename(title: string): void {
    this.run = { ...this.run, title };
    this.hasNewMetadata = true;
  }

  /** Commits what was gathered if the last commit is long enough ago; `now` in milliseconds of any steady clock. */
  tick(now: number): void {
    if (now - this.lastCommit < this.commitEvery) return;
    this.lastCommit = now;
    this.flush();
  }

  /** Commits everything gathered. Throws RunError; what was gathered then waits for the next attempt. */
  flush(): void {
    if (this.isWaiting) this.commit(false);
  }

  /** Forgets every update after `last`: for going on from a checkpoint where the rest cannot be computed again alike. */
  rewind(last: number): void {
    this.flush();
    withRunErrors(this.path, () => this.rows.transaction(() => this.rows.cutAfter(last)));
    this.losses = [...readLosses(this.database, this.path)];
    this.storedLosses = this.losses.length;
    this.committed = readUpdateCount(this.database, this.path);
    this.appended = this.committed;
    this.kept = new KeptUpdates(this.database, this.path, this.keepBudget);
  }

  /** Commits, makes the run one whole file, and lets go of it, whatever fails; then throws what failed. */
  close(): void {
    if (!this.database.isOpen) return;
    try {
      this.commit(true);
      withRunErrors(this.path, () => stopJournal(this.database));
    } finally {
      this.database.close();
      this.lock.release();
    }
  }

  private get isWaiting(): boolean {
    const hasRows =
      this.buffer.count > 0 || this.checkpoints.size > 0 || this.storedLosses < this.losses.length;
    return hasRows || this.hasNewMetadata || this.kept.isWaiting;
  }

  private commit(closed: boolean): void {
    let acceptKept = () => {};
    withRunErrors(this.path, () =>
      this.rows.transaction(() => {
        if (this.buffer.count > 0) this.rows.addSummaries(this.committed + 1, this.buffer);
        for (const loss of this.losses.slice(this.storedLosses)) this.rows.addLoss(loss);
        for (const [afterUpdate, state] of this.checkpoints) this.rows.putCheckpoint(afterUpdate, state);
        if (this.kept.isWaiting) acceptKept = this.kept.write(this.rows);
        if (this.hasNewMetadata) this.rows.setMetadata(this.run);
        if (closed) this.rows.setClosed(true);
      }),
    );
    acceptKept();
    this.forgetWaiting();
  }

  private forgetWaiting(): void {
    this.committed = this.appended;
    this.buffer.count = 0;
    this.storedLosses = this.losses.length;
    this.checkpoints.clear();
    this.hasNewMetadata = false;
  }

  private lossAt(update: number): LossRecord | undefined {
    const last = this.losses.at(-1);
    if (last === undefined || last.fromUpdate <= update) return last;
    return this.losses.findLast((loss) => loss.fromUpdate <= update);
  }
}
