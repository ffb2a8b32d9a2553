import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { TraceError } from "./traceError.ts";

/** Bytes that are read at once. */
export const chunkBytes = 2 ** 22;

/** The bytes of a trace file. A chunk is valid until the next one is asked for. Throws a TraceError. */
export function* traceChunks(path: string): Generator<Buffer> {
  const file = openTraceFile(path);
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (let count = readSync(file, chunk); count > 0; count = readSync(file, chunk)) {
      yield chunk.subarray(0, count);
    }
  } finally {
    closeSync(file);
  }
}

/** A descriptor of a trace file, to be closed. Throws a TraceError where it is none that can be read. */
export function openTraceFile(path: string): number {
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
