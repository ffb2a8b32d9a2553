import type { Trace } from "./trace.ts";
import { TraceFile } from "./traceFile.ts";

/** Reads a whole trace file. Throws a TraceError: not there, not readable, empty, or a line that is not of the format. */
export function readTrace(path: string): Trace {
  const file = new TraceFile(path);
  file.refresh();
  return file.trace;
}
