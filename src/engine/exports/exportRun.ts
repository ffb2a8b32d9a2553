import { resolve } from "node:path";
import { writeWholeFileAsync } from "../../runs/createFile.ts";
import type { OpenRun } from "../openRun.ts";
import { UserError } from "../userError.ts";
import { RunCsv } from "./runCsv.ts";
import { RunTrace, updatesForTrace } from "./runTrace.ts";
import { walkUpdates } from "./walkUpdates.ts";

/** Which updates of a run, and as what. Numbers count from 1, both ends belong to it; each `every`-th from `from` on. */
export interface RunExport {
  readonly to: "csv" | "pgtrace";
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly every?: number | undefined;
}

export interface ExportOptions {
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told after each update. */
  readonly report?: ((done: number, all: number) => void) | undefined;
}

/** What was written, and how many of the updates asked for could not be opened again. */
export interface ExportedRun {
  readonly path: string;
  readonly updates: number;
  readonly rows: number;
  readonly left: number;
}

/**
 * Writes many updates of a run as one CSV table or one trace, an update at a time: what is not kept is replayed on the way.
 * The file is there whole or not at all. Throws UserError where there is no such update, or none of them can be opened.
 */
export async function exportRun(
  run: OpenRun,
  asked: RunExport,
  path: string,
  options: ExportOptions = {},
): Promise<ExportedRun> {
  refuseItself(run.path, path);
  const range = rangeOf(run, asked);
  let updates = 0;
  let rows = 0;
  const count = (steps: number) => {
    updates++;
    rows += steps;
    options.report?.(updates, range.count);
  };
  const pieces = asked.to === "csv" ? csvPieces : tracePieces;
  await writeWholeFileAsync(path, pieces(run, range, count, options.signal), {
    force: options.force === true,
  });
  return { path, updates, rows, left: range.count - updates };
}

/** Throws a UserError where an export would take the place of what it is made from. */
export function refuseItself(source: string, path: string): void {
  if (resolve(source) !== resolve(path)) return;
  throw new UserError("usage", `${path} is the exported file itself.`, "Choose another file for the export.");
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly every: number;
  readonly count: number;
}

function rangeOf(run: OpenRun, { from = 1, until, every = 1 }: RunExport): Range {
  const last = run.refresh();
  if (last === 0) throw new UserError("no_updates", `${run.path} has no updates yet.`, "Train it further.");
  const to = until ?? last;
  if (from > to || to > last) {
    throw new UserError(
      "unknown_update",
      `${run.path} has no updates ${from} to ${to}.`,
      `There are updates 1 to ${last}.`,
    );
  }
  return { from, to, every, count: Math.floor((to - from) / every) + 1 };
}

function* numbersIn({ from, to, every }: Range): Generator<number> {
  for (let update = from; update <= to; update += every) yield update;
}

type Count = (steps: number) => void;

async function* csvPieces(
  run: OpenRun,
  range: Range,
  count: Count,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const csv = new RunCsv(run, range);
  let isEmpty = true;
  for await (const { inspector } of walkUpdates(run, numbersIn(range), signal)) {
    yield* csv.lines(inspector);
    count(inspector.frozen.batch.steps);
    isEmpty = false;
  }
  if (isEmpty) throw nothingOpened(run);
}

async function* tracePieces(
  run: OpenRun,
  range: Range,
  count: Count,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const trace = new RunTrace(run);
  const isWanted = (update: number) => update >= range.from && (update - range.from) % range.every === 0;
  for await (const walked of walkUpdates(run, updatesForTrace(run.resolved, numbersIn(range)), signal)) {
    const { update, batch } = walked.inspector.frozen;
    const before = trace.updates;
    yield* trace.lines(walked, isWanted(update));
    if (trace.updates > before) count(batch.steps);
  }
  if (trace.updates === 0) throw nothingOpened(run);
}

function nothingOpened({ path }: OpenRun): UserError {
  return new UserError(
    "not_kept",
    `None of these updates of ${path} can be opened again: they were not kept, and cannot be replayed here.`,
    "pgi show names the kept ones.",
  );
}
