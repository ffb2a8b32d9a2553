import { addRollout, type EpisodeClock } from "./addRollout.ts";
import { EpisodeIndex } from "./episodeIndex.ts";
import { traceLimits } from "./limits.ts";
import { isBlank, LineSplitter } from "./lineSplitter.ts";
import { type LineObject, parseLine } from "./parseLine.ts";
import { readUpdate } from "./readUpdate.ts";
import { GrowingSteps } from "./stepTable.ts";
import type { Rollout, Trace, UpdateRecord } from "./trace.ts";
import { LineProblem, TraceError } from "./traceError.ts";

const version = 1;

/** Reads a trace from chunks of bytes as they come; what was read can be looked at between chunks. */
export class TraceReader implements Trace {
  readonly path: string;
  header: Record<string, unknown> | undefined;
  readonly steps = new GrowingSteps();
  readonly updates: UpdateRecord[] = [];
  readonly rollouts: Rollout[] = [];
  readonly #splitter = new LineSplitter();
  readonly #episodes = new EpisodeIndex();
  readonly #clock: EpisodeClock = { episode: [], time: [], episodes: 0 };
  readonly #unknownKeys = new Set<string>();
  #tornNote: string | undefined;
  #line = 0;
  #bytesRead = 0;
  #firstUnused = 0;

  constructor(path: string) {
    this.path = path;
  }

  get notes(): readonly string[] {
    const unknown = [...new Set([...this.steps.unknownKeys, ...this.#unknownKeys])];
    const keys = unknown.length === 0 ? [] : [`keys that mean nothing here: ${unknown.join(", ")}`];
    return this.#tornNote === undefined ? keys : [this.#tornNote, ...keys];
  }

  /** Takes the next bytes of the file. Throws a TraceError that names file and line. */
  push(chunk: Buffer): void {
    this.#bytesRead += chunk.length;
    this.#naming(() => {
      for (const line of this.#splitter.push(chunk)) this.#readLine(line);
    });
  }

  /**
   * The file ends here for now. A last line without an end is used if it is whole, else ignored with a note until the
   * rest of it is pushed.
   */
  end(): void {
    this.#naming(() => {
      const rest = this.#splitter.rest();
      this.#tornNote = undefined;
      if (isBlank(rest)) return;
      if (isWhole(rest)) {
        this.#readLine(rest);
        this.#splitter.takeRest();
      } else this.#tornNote = `the last line (${this.#line + 1}) is cut off and was ignored`;
    });
  }

  #naming(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error;
      throw new TraceError(this.path, Math.max(1, this.#line), error.message);
    }
  }

  #readLine(bytes: Buffer): void {
    this.#line++;
    const start = this.#line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    const text = bytes.subarray(start);
    if (isBlank(text)) return;
    const line = parseLine(text);
    if (line.pgtrace !== undefined) this.#readHeader(line);
    else if (line.update !== undefined) this.#addUpdate(line);
    else if (line.rollout !== undefined) this.#addRollout(line);
    else this.#addStep(line);
  }

  #readHeader(line: LineObject): void {
    if (line.pgtrace !== version) {
      throw new LineProblem(
        `this is version ${String(line.pgtrace).slice(0, 20)} of the format; version ${version} is known`,
      );
    }
    this.header ??= { ...line };
    this.#episodes.clear();
  }

  #addStep(line: LineObject): void {
    const row = this.steps.count;
    this.steps.addStep(line, this.#bytesRead);
    this.#episodes.add(this.steps.episodes.at(row), row);
  }

  #addRollout(line: LineObject): void {
    const rollout = addRollout(line, this.steps, this.#clock, this.#bytesRead);
    this.rollouts.push(rollout);
    for (let row = rollout.first; row < this.steps.count; row++) {
      this.#episodes.add(this.steps.episodes.at(row), row);
    }
  }

  #addUpdate(line: LineObject): void {
    if (this.updates.length >= traceLimits.updates) {
      throw new LineProblem(`a trace holds at most ${traceLimits.updates} updates`);
    }
    const update = readUpdate(line, {
      line: this.#line,
      episodes: this.#episodes,
      rollouts: this.rollouts,
      stepCount: this.steps.count,
      firstUnused: this.#firstUnused,
      unknownKeys: this.#unknownKeys,
    });
    this.updates.push(update);
    this.#firstUnused = this.steps.count;
  }
}

/** Whether a line without an end holds a whole object. */
function isWhole(bytes: Buffer): boolean {
  try {
    parseLine(bytes);
    return true;
  } catch (error) {
    if (error instanceof LineProblem) return false;
    throw error;
  }
}
