import type { UpdateEvidence } from "../../diagnosis/trace/evidence.ts";
import { Session } from "../../diagnosis/trace/session.ts";
import type { ExportFormat } from "../../protocol/engine.ts";
import { writeWholeFile } from "../../runs/createFile.ts";
import { csvLines } from "../../runs/exportCsv.ts";
import { cutUpdate } from "../../runs/trace/cutUpdate.ts";
import type { Trace, UpdateRecord } from "../../runs/trace/trace.ts";
import { readTraceFile } from "../diagnosis/diagnoseFile.ts";
import { traceEvidence } from "../diagnosis/evidence.ts";
import { traceFacts } from "../script/trace/traceFacts.ts";
import { traceScript } from "../script/trace/traceScript.ts";
import { UserError } from "../userError.ts";
import { refuseItself } from "./exportRun.ts";
import { traceCsv, wholeTraceCsv } from "./traceCsv.ts";

/** One update of a trace, opened for an export. */
export interface TraceExport {
  /** The update's number, as recorded. */
  readonly update: number;
  /** T. */
  readonly rows: number;
  /** Writes it. Throws RunError, and UserError "too_little" where the trace cannot give a script. */
  write(to: ExportFormat, path: string, force?: boolean): void;
}

/** Opens an update of a trace, the last of this number, or the last one. Throws UserError where there is none. */
export function openTraceUpdate(path: string, number?: number): TraceExport {
  const trace = readTraceFile(path);
  const record = trace.updates.findLast((one) => number === undefined || one.number === number);
  if (!record) throw noUpdate(trace, number);
  return {
    update: record.number,
    rows: record.rows.length,
    write: (to, out, force = false) => {
      refuseItself(path, out);
      writeWholeFile(out, piecesOf(trace, record, to), { force });
    },
  };
}

/** Writes all updates of a trace as one CSV table. Throws as `openTraceUpdate`. */
export function exportWholeTrace(
  path: string,
  out: string,
  force = false,
): { updates: number; rows: number } {
  const trace = readTraceFile(path);
  if (trace.updates.length === 0) throw noUpdate(trace, undefined);
  refuseItself(path, out);
  writeWholeFile(out, wholeTraceCsv(trace), { force });
  return {
    updates: trace.updates.length,
    rows: trace.updates.reduce((sum, { rows }) => sum + rows.length, 0),
  };
}

function noUpdate({ path, updates }: Trace, number: number | undefined): UserError {
  if (number === undefined) {
    return new UserError(
      "unknown_update",
      `${path} has no update.`,
      "Record one: rec.update(…) before loss.backward().",
    );
  }
  const known = updates.length === 0 ? "none" : `${updates[0]!.number} to ${updates.at(-1)!.number}`;
  return new UserError("unknown_update", `${path} has no update ${number}.`, `It has ${known}.`);
}

function* piecesOf(trace: Trace, record: UpdateRecord, to: ExportFormat): Generator<string> {
  if (to === "pgtrace") {
    yield* cutUpdate(trace, record);
    return;
  }
  const evidence = traceEvidence(trace);
  const session = new Session(evidence);
  const update = evidence.updates[trace.updates.indexOf(record)]!;
  if (to === "csv") yield* csvLines(traceCsv(session, trace, record, update));
  else yield traceScript(traceFacts(session, update), to, titleOf(trace, update));
}

function titleOf({ path, header }: Trace, { number, steps, source }: UpdateEvidence) {
  const name = path.split(/[\\/]/).at(-1)!;
  const about = [header?.environment, header?.framework]
    .filter((text) => typeof text === "string")
    .join(", ");
  const loss = lossInForce(header, number);
  return {
    title: `Update ${number} of ${name}${about === "" ? "" : ` (${about})`}, ${steps} steps: its loss and gradients beside the recorded ones.`,
    notes: [
      ...(source ? [`It was recorded at ${source.file}:${source.line}.`] : []),
      ...(loss === undefined
        ? []
        : [
            "",
            "The loss text in force:",
            ...loss
              .trim()
              .split("\n")
              .map((line) => `    ${line}`),
          ]),
    ],
  };
}

/** The loss text that a trace of our own runs names in its header. */
function lossInForce(header: Trace["header"], update: number): string | undefined {
  const losses: readonly unknown[] = Array.isArray(header?.losses) ? header.losses : [];
  const found = losses.findLast((one) => {
    const { from_update: from, text } = (one ?? {}) as { from_update?: unknown; text?: unknown };
    return typeof from === "number" && from <= update && typeof text === "string" && text.length <= 4096;
  });
  return (found as { text: string } | undefined)?.text;
}
