import { type Diagnosis, diagnoseTrace } from "../../diagnosis/trace/diagnoseTrace.ts";
import { readTrace } from "../../runs/trace/readTrace.ts";
import type { Trace } from "../../runs/trace/trace.ts";
import { TraceError } from "../../runs/trace/traceError.ts";
import { UserError } from "../userError.ts";
import { traceEvidence } from "./evidence.ts";

/** A trace file with what its updates are. */
export interface DiagnosedFile {
  readonly trace: Trace;
  readonly diagnosis: Diagnosis;
}

/** Reads a trace and holds it against the table of findings. Throws a UserError that names file and line. */
export function diagnoseFile(path: string): DiagnosedFile {
  return diagnosed(readTraceFile(path));
}

/** A trace with what its updates are. */
export function diagnosed(trace: Trace): DiagnosedFile {
  return { trace, diagnosis: diagnoseTrace(traceEvidence(trace)) };
}

/** Reads a trace. Throws a UserError that names file and line. */
export function readTraceFile(path: string): Trace {
  return namingTrouble(() => readTrace(path));
}

/** What reading a trace gives; where it cannot be read, a UserError that names file and line. */
export function namingTrouble<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof TraceError) throw new UserError("wrong_data", error.message);
    throw error;
  }
}
