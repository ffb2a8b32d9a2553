import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Trace } from "./trace.ts";
import { TraceError } from "./traceError.ts";
import { TraceReader } from "./traceReader.ts";

const chunkBytes = 2 ** 22;

/** Reads a whole trace file. Throws a TraceError: not there, not readable, empty, or a line that is not of the format. */
export function readTrace(path: string): Trace {
  const reader = new TraceReader(path);
  for (const chunk of traceChunks(path)) reader.push(chunk);
  reader.end();
  if (reader.steps.count === 0) {
    throw new TraceError(
      path,
      undefined,
      "no steps in it; a trace is JSON Lines, one step or update per line",
    );
  }
  return reader;
}

/** The bytes of a trace file. A chunk is valid until the next one is asked for. Throws a TraceError. */
export function* traceChunks(path: string): Generator<Buffer> {
  const file = open(path);
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (let count = readSync(file, chunk); count > 0; count = readSync(file, chunk)) {
      yield chunk.subarray(0, count);
    }
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    const problem = code === "ENOENT" ? "there is no such file" : `it cannot be opened (${code})`;
    throw new TraceError(path, undefined, `${problem}; give a *.pgtrace or *.jsonl file`);
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new TraceError(path, undefined, "it is not a file; give a *.pgtrace or *.jsonl file");
}
