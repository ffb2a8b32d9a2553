import { closeSync, fstatSync, readSync } from "node:fs";
import type { Trace } from "./trace.ts";
import { chunkBytes, openTraceFile } from "./traceChunks.ts";
import { TraceError } from "./traceError.ts";
import { TraceReader } from "./traceReader.ts";

/** Bytes at either end of what was read by which a file is known again. */
const markBytes = 4096;

/** What became of a trace file since it was read last. */
export type TraceChange = "none" | "grown" | "anew";

/**
 * A trace file that is read on from where reading stopped. A file that has shrunk, or holds something else by now, is read
 * anew; so is one in which a line was wrong.
 */
export class TraceFile {
  readonly path: string;
  #reader: TraceReader | undefined;
  #isSound = true;
  #read = 0;
  #first: Buffer = Buffer.alloc(0);
  #last: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.path = path;
  }

  /** The trace as far as it was read. */
  get trace(): Trace {
    if (this.#reader) return this.#reader;
    throw new Error(`${this.path} has not been read yet`);
  }

  /** Reads what was added. Throws a TraceError: not there, not readable, empty, or a line that is not of the format. */
  refresh(): TraceChange {
    const file = openTraceFile(this.path);
    try {
      const { size } = fstatSync(file);
      const isSame = this.#reader !== undefined && this.#isSound && this.#isKnown(file, size);
      if (isSame && size === this.#read) return "none";
      return isSame ? this.#readOn(file) : this.#readAnew(file);
    } finally {
      closeSync(file);
    }
  }

  #readOn(file: number): TraceChange {
    this.#push(this.#reader!, file);
    return "grown";
  }

  /** What was read before stays until the file has been read whole. */
  #readAnew(file: number): TraceChange {
    const before = { read: this.#read, first: this.#first, last: this.#last };
    [this.#read, this.#first, this.#last] = [0, Buffer.alloc(0), Buffer.alloc(0)];
    const reader = new TraceReader(this.path);
    try {
      this.#push(reader, file);
    } catch (error) {
      [this.#read, this.#first, this.#last] = [before.read, before.first, before.last];
      throw error;
    }
    this.#reader = reader;
    return "anew";
  }

  #push(reader: TraceReader, file: number): void {
    this.#isSound = false;
    // A chunk is reused: the reader copies what it keeps.
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const next = () => readSync(file, chunk, 0, chunk.length, this.#read);
    for (let count = next(); count > 0; count = next()) {
      const bytes = chunk.subarray(0, count);
      reader.push(bytes);
      this.#read += count;
      this.#mark(bytes);
    }
    reader.end();
    if (reader.steps.count === 0) {
      const problem = "no steps in it; a trace is JSON Lines, one step or update per line";
      throw new TraceError(this.path, undefined, problem);
    }
    this.#isSound = true;
  }

  #mark(bytes: Buffer): void {
    const missing = markBytes - this.#first.length;
    if (missing > 0) this.#first = Buffer.concat([this.#first, bytes.subarray(0, missing)]);
    this.#last = Buffer.concat([this.#last, bytes.subarray(-markBytes)]).subarray(-markBytes);
  }

  /** Whether a file begins with, and holds where reading stopped, what was read. */
  #isKnown(file: number, size: number): boolean {
    if (size < this.#read) return false;
    const holds = (mark: Buffer, at: number) => {
      const found = Buffer.alloc(mark.length);
      return readSync(file, found, 0, mark.length, at) === mark.length && found.equals(mark);
    };
    return holds(this.#first, 0) && holds(this.#last, this.#read - this.#last.length);
  }
}
