import { LineSplitter } from "./lineSplitter.ts";
import { type LineObject, parseLine } from "./parseLine.ts";
import type { Rollout, Trace, UpdateRecord } from "./trace.ts";
import { traceChunks } from "./traceChunks.ts";

/**
 * The lines of a trace, each with its end, that one of its updates needs: the header, the steps or the rollout that it
 * used, and its own line. Lines are as they were recorded; a rollout gets the episodes and times that only those before
 * it told. `trace` is what was read from the same file.
 */
export function* cutUpdate(trace: Trace, record: UpdateRecord): Generator<string> {
  const { header, own, isNeeded } = needsOf(trace, record);
  if (header !== undefined) yield `${header}\n`;
  let rollouts = 0;
  for (const { number, text, line } of linesOf(trace.path, record.line)) {
    const rollout =
      line.rollout !== undefined && line.update === undefined ? trace.rollouts[rollouts++] : undefined;
    if (number === record.line || !isNeeded(number, line)) continue;
    yield `${rollout ? withClock(line, rollout, trace) : text}\n`;
  }
  yield `${own}\n`;
}

interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
  readonly line: LineObject;
}

interface Needs {
  readonly header: string | undefined;
  readonly own: string;
  readonly isNeeded: (number: number, line: LineObject) => boolean;
}

function needsOf({ path }: Trace, { line: last }: UpdateRecord): Needs {
  let header: { readonly text: string; readonly number: number } | undefined;
  let before = 0;
  let own: Line | undefined;
  const rollouts = new Map<unknown, number>();
  for (const one of linesOf(path, last)) {
    const { number, text, line } = one;
    if (number === last) own = one;
    else if (line.pgtrace !== undefined) header = { text, number };
    else if (line.update !== undefined) before = number;
    else if (line.rollout !== undefined) rollouts.set(line.rollout, number);
  }
  const { rollout, episodes } = own!.line;
  const isStep = (line: LineObject) => line.pgtrace === undefined && line.update === undefined;
  const needed = () => {
    if (rollout !== undefined && rollout !== null) {
      const at = rollouts.get(rollout);
      return (number: number) => number === at;
    }
    if (Array.isArray(episodes)) {
      const wanted = new Set<unknown>(episodes);
      const first = header?.number ?? 0;
      return (number: number, line: LineObject) =>
        number > first && isStep(line) && (line.rollout !== undefined || wanted.has(line.episode));
    }
    return (number: number, line: LineObject) => number > before && isStep(line);
  };
  return { header: header?.text, own: own!.text, isNeeded: needed() };
}

function* linesOf(path: string, last: number): Generator<Line> {
  const splitter = new LineSplitter();
  let number = 0;
  const lineOf = (bytes: Buffer): Line | undefined => {
    number++;
    const text = bytes
      .toString("utf8")
      .replace(/^\ufeff/, "")
      .trim();
    return text === "" ? undefined : { number, text, line: parseLine(Buffer.from(text)) };
  };
  for (const chunk of traceChunks(path)) {
    for (const bytes of splitter.push(chunk)) {
      const line = lineOf(bytes);
      if (line) yield line;
      if (number >= last) return;
    }
  }
  const line = lineOf(splitter.rest());
  if (line) yield line;
}

/** A rollout that says itself of which episodes and times its rows are. */
function withClock(line: LineObject, { first, steps, environments }: Rollout, trace: Trace): string {
  const rows = (column: "episodes" | "time") =>
    Array.from({ length: steps }, (_, t) =>
      Array.from({ length: environments }, (_, env) =>
        trace.steps[column].at(first + t * environments + env),
      ),
    );
  return JSON.stringify({ ...line, episode: line.episode ?? rows("episodes"), t: line.t ?? rows("time") });
}
