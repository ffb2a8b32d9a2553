import { statSync } from "node:fs";
import { basename } from "node:path";
import {
  type ComparisonMetric,
  type ComparisonRequest,
  mostComparedRuns,
  type RunsComparisonView,
} from "../../protocol/comparisonViews.ts";
import { RunError } from "../../runs/runError.ts";
import { openRun, type RunReader } from "../../runs/runReader.ts";
import type { SummaryField } from "../../runs/summary.ts";
import { isBeingWritten } from "../../runs/writerLock.ts";
import { UserError } from "../userError.ts";
import type { Trace } from "./band.ts";
import { comparisonView } from "./comparisonView.ts";
import { findRuns } from "./findRuns.ts";
import { type RunFacts, readFacts, type TracedRun } from "./runFacts.ts";

/** Bytes of curves that are kept between two looks. */
const mostTraceBytes = 2 ** 27;

const metricFields: Readonly<Record<ComparisonMetric, SummaryField>> = {
  averageReturn: "averageReturn100",
  return: "return",
  loss: "loss",
  gradientNorm: "gradNorm",
  entropy: "entropy",
};

/** By which axis runs are read, and which quantity of them. */
type Look = Pick<ComparisonRequest, "axis" | "metric">;

const keyOf = ({ axis, metric }: Look) => `${axis} ${metric}`;
const noTraces: ReadonlyMap<string, Trace> = new Map();

type BrokenRun = RunsComparisonView["broken"][number];

interface Entry {
  /** Changes when the file or its writer does. */
  readonly stamp: string;
  readonly facts: RunFacts | BrokenRun;
  traces: ReadonlyMap<string, Trace>;
}

/** Runs as they were read last: only those that have changed since are read again, and none stays open. */
export class ComparisonBook {
  readonly #entries = new Map<string, Entry>();

  /**
   * The runs as one experiment. Between two runs others get their turn: what is read may be much. Rejects with RunError
   * where a folder cannot be read; a run that cannot is among the broken.
   */
  async view({ paths: named, ...look }: ComparisonRequest): Promise<RunsComparisonView> {
    const { paths, toCome, isSweeping } = findRuns(named);
    const read: (TracedRun | BrokenRun)[] = [];
    for (const path of paths.slice(0, mostComparedRuns)) {
      read.push(this.#read(path, look));
      await new Promise(setImmediate);
    }
    this.#trim();
    const traced = read.filter((run): run is TracedRun => "trace" in run);
    return {
      ...comparisonView(traced, look),
      broken: read.filter((run): run is BrokenRun => "error" in run),
      left: paths.length - read.length,
      toCome,
      isLive: isSweeping || traced.some(({ facts }) => facts.view.state === "writing"),
    };
  }

  #read(path: string, look: Look): TracedRun | BrokenRun {
    const stamp = stampOf(path);
    const known = this.#entries.get(path);
    const fresh = known?.stamp === stamp ? known : { stamp, facts: undefined, traces: noTraces };
    if (fresh.facts !== undefined && "error" in fresh.facts) return fresh.facts;
    const trace = fresh.traces.get(keyOf(look));
    try {
      const run =
        fresh.facts !== undefined && trace !== undefined
          ? { facts: fresh.facts, trace }
          : readRun(path, look, fresh.facts);
      const traces = trace === undefined ? new Map(fresh.traces).set(keyOf(look), run.trace) : fresh.traces;
      this.#remember(path, { stamp, facts: run.facts, traces });
      return run;
    } catch (error) {
      const broken = { path, name: basename(path), error: reasonOf(error) };
      this.#remember(path, { stamp, facts: broken, traces: noTraces });
      return broken;
    }
  }

  /** The newest stands last, so that the oldest goes first. */
  #remember(path: string, entry: Entry): void {
    this.#entries.delete(path);
    this.#entries.set(path, entry);
  }

  #trim(): void {
    let bytes = 0;
    for (const [place, [path, entry]] of [...this.#entries].reverse().entries()) {
      for (const { x } of entry.traces.values()) bytes += 2 * x.byteLength;
      if (bytes > mostTraceBytes) entry.traces = new Map();
      if (place >= 2 * mostComparedRuns) this.#entries.delete(path);
    }
  }
}

/** Read before the file: what is written meanwhile makes the next look read again. */
function stampOf(path: string): string {
  const files = [path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false }));
  return [...files.map((stats) => `${stats?.size} ${stats?.mtimeMs}`), isBeingWritten(path)].join(" ");
}

/** Reads what is asked of a run, and its facts where they are not known. */
function readRun(path: string, look: Look, known: RunFacts | undefined): TracedRun {
  const reader = openRun(path);
  try {
    const facts = known ?? readFacts(reader);
    return { facts, trace: traceOf(reader, facts.view.updates, look) };
  } finally {
    reader.close();
  }
}

function traceOf(reader: RunReader, last: number, { axis, metric }: Look): Trace {
  const y = reader.column(metricFields[metric], 1, last);
  if (axis === "updates") return { x: Float64Array.from(y, (_, place) => place + 1), y };
  return { x: reader.column(axis === "steps" ? "steps" : "episode", 1, last), y };
}

function reasonOf(error: unknown): string {
  if (error instanceof UserError) return error.line;
  if (error instanceof RunError) return error.message;
  throw error;
}
