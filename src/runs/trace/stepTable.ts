import { Column } from "./columns.ts";
import { traceLimits } from "./limits.ts";
import type { LineObject } from "./parseLine.ts";
import { readNumber, readTensor } from "./tensor.ts";
import {
  type StepColumnName,
  type StepTable,
  stepColumnNames,
  terminatedFlag,
  truncatedFlag,
} from "./trace.ts";
import { LineProblem } from "./traceError.ts";

const required = ["episode", "t", "action", "reward"] as const;
const columnNames: ReadonlySet<string> = new Set(stepColumnNames);

/** The growing step table of a trace. Rows are added by lines; numbers never become objects. */
export class GrowingSteps implements StepTable {
  count = 0;
  readonly columns: Readonly<Record<StepColumnName, Column>>;
  readonly rewards = new Column("reward");
  readonly episodes = new Column("episode");
  readonly time = new Column("t");
  readonly environments = new Column("env");
  readonly unknownKeys = new Set<string>();
  #flags = new Uint8Array(1024);

  constructor() {
    const entries = stepColumnNames.map((name) => [name, new Column(name)] as const);
    this.columns = Object.fromEntries(entries) as Record<StepColumnName, Column>;
  }

  flags(step: number): number {
    return this.#flags[step] ?? 0;
  }

  setFlags(step: number, flags: number): void {
    if (step >= this.#flags.length) {
      const grown = new Uint8Array(2 * Math.max(step, this.#flags.length));
      grown.set(this.#flags);
      this.#flags = grown;
    }
    this.#flags[step] = flags;
  }

  /** Makes room for more rows; refuses more than a trace may hold. Returns the first new row. */
  addRows(count: number): number {
    if (this.count + count > traceLimits.steps) {
      throw new LineProblem(`a trace holds at most ${traceLimits.steps} steps`);
    }
    const first = this.count;
    this.count += count;
    return first;
  }

  /** Adds the step of one line. */
  addStep(line: LineObject, bytesRead: number): void {
    for (const name of required) {
      if (line[name] === undefined) {
        throw new LineProblem(`a step has episode, t, action and reward; ${name} is missing`);
      }
    }
    const row = this.addRows(1);
    let flags = 0;
    for (const key of Object.keys(line)) {
      const value = line[key];
      if (columnNames.has(key)) this.#setValue(key as StepColumnName, row, value, bytesRead);
      else if (key === "reward") this.rewards.set(row, readNumber(key, value), bytesRead);
      else if (key === "terminated") flags |= readFlag(key, value) * terminatedFlag;
      else if (key === "truncated") flags |= readFlag(key, value) * truncatedFlag;
      else if (key === "episode") this.episodes.set(row, readWhole(key, value), bytesRead);
      else if (key === "t") this.time.set(row, readWhole(key, value), bytesRead);
      else if (key === "env") this.environments.set(row, readWhole(key, value), bytesRead);
      else rememberUnknown(this.unknownKeys, key);
    }
    this.setFlags(row, flags);
  }

  #setValue(name: StepColumnName, row: number, value: unknown, bytesRead: number): void {
    const column = this.columns[name];
    if (typeof value === "number") column.set(row, value, bytesRead);
    else if (Array.isArray(value) && isFlat(value)) column.setRow(row, value, bytesRead);
    else if (value !== null) column.setRow(row, readTensor(name, value).data, bytesRead);
  }
}

function isFlat(value: readonly unknown[]): value is readonly number[] {
  for (const item of value) if (typeof item !== "number") return false;
  return true;
}

/** 1 or 0 for true or false; null is false. */
export function readFlag(name: string, value: unknown): number {
  if (value === true || value === 1) return 1;
  if (value === false || value === 0 || value === null) return 0;
  throw new LineProblem(`${name} is true or false`);
}

/** A whole number of at least 0. */
export function readWhole(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new LineProblem(`${name} is a whole number of at least 0`);
}

/** Keeps the name of a key that means nothing here, as long as there are few. */
export function rememberUnknown(keys: Set<string>, key: string): void {
  if (keys.size < traceLimits.unknownKeys) keys.add(key.slice(0, 80));
}
