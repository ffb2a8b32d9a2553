import type { EpisodeIndex } from "./episodeIndex.ts";
import { traceLimits } from "./limits.ts";
import { isObject, kindOf, type LineObject } from "./parseLine.ts";
import { readWhole, rememberUnknown } from "./stepTable.ts";
import { readNumber, readTensor, type Tensor } from "./tensor.ts";
import {
  type Rollout,
  type ScalarName,
  scalarNames,
  type UpdateRecord,
  type VectorName,
  vectorNames,
  type WatchedTensor,
} from "./trace.ts";
import { LineProblem } from "./traceError.ts";

/** What an update's line is read against: the steps before it. */
export interface UpdateContext {
  readonly line: number;
  readonly episodes: EpisodeIndex;
  readonly rollouts: readonly Rollout[];
  /** Steps so far, and those that no update has used yet. */
  readonly stepCount: number;
  readonly firstUnused: number;
  readonly unknownKeys: Set<string>;
}

const scalarSet: ReadonlySet<string> = new Set(scalarNames);
const vectorSet: ReadonlySet<string> = new Set(vectorNames);
const known: ReadonlySet<string> = new Set([
  ...scalarNames,
  ...vectorNames,
  "update",
  "episodes",
  "rollout",
  "rows",
  "source",
  "tensors",
]);

/** Reads an update's line: which steps it used, and its numbers, each held against the number of those steps. */
export function readUpdate(line: LineObject, context: UpdateContext): UpdateRecord {
  const rollout = rolloutOf(line, context);
  const among = candidateRows(line, context, rollout);
  const rows = pickedRows(line, among);
  if (rows.length === 0) throw new LineProblem("the update uses no step; name its episodes, or its rollout");
  const scalars = new Map<ScalarName, number>();
  const vectors = new Map<VectorName, Tensor>();
  for (const key of Object.keys(line)) {
    const value = line[key];
    if (value === null) continue;
    if (scalarSet.has(key)) scalars.set(key as ScalarName, readNumber(key, value));
    else if (vectorSet.has(key))
      vectors.set(key as VectorName, readVector(key, value, rows.length, shapeOf(context, rollout)));
    else if (!known.has(key)) rememberUnknown(context.unknownKeys, key);
  }
  return {
    line: context.line,
    number: readWhole("update", line.update),
    rows,
    among,
    rollout,
    scalars,
    vectors,
    source: readSource(line.source),
    tensors: readTensors(line.tensors),
  };
}

function rolloutOf(line: LineObject, { rollouts }: UpdateContext): number | undefined {
  if (line.rollout === undefined || line.rollout === null) return undefined;
  const number = readWhole("rollout", line.rollout);
  const index = rollouts.findLastIndex((rollout) => rollout.number === number);
  if (index < 0) throw new LineProblem(`the update names rollout ${number}, which did not come before it`);
  return index;
}

function pickedRows(line: LineObject, all: Int32Array): Int32Array {
  if (line.rows === undefined || line.rows === null) return all;
  const picked = readTensor("rows", line.rows).data;
  return Int32Array.from(picked, (index) => {
    if (Number.isSafeInteger(index) && index >= 0 && index < all.length) return all[index]!;
    throw new LineProblem(`rows names step ${index} of ${all.length}; they count from 0`);
  });
}

function candidateRows(line: LineObject, context: UpdateContext, rollout: number | undefined): Int32Array {
  if (rollout !== undefined) {
    const { first, steps, environments } = context.rollouts[rollout]!;
    return Int32Array.from({ length: steps * environments }, (_, row) => first + row);
  }
  if (line.episodes !== undefined && line.episodes !== null) {
    if (!Array.isArray(line.episodes)) {
      throw new LineProblem(`episodes is a list of numbers, not ${kindOf(line.episodes)}`);
    }
    const numbers = line.episodes.map((episode) => readWhole("episodes", episode));
    if (new Set(numbers).size < numbers.length) throw new LineProblem("episodes names one episode twice");
    return context.episodes.rowsOf(numbers);
  }
  const { firstUnused, stepCount } = context;
  return Int32Array.from({ length: stepCount - firstUnused }, (_, row) => firstUnused + row);
}

/** Steps and environments of an update's rollout; no shape at all without one. */
function shapeOf({ rollouts }: UpdateContext, rollout: number | undefined): readonly [number, number] {
  if (rollout === undefined) return [0, 0];
  const { steps, environments } = rollouts[rollout]!;
  return [steps, environments];
}

/** One row per step; entropy_coef and log_sigma_grad may be the same for all, as one row. */
function readVector(name: string, value: unknown, steps: number, whole: readonly [number, number]): Tensor {
  const tensor = readTensor(name, value);
  const [first, second, ...rest] = tensor.shape;
  if (first === steps) return tensor;
  // The update of a whole rollout may keep the rollout's own form [T, N].
  const isWhole = first === whole[0] && second === whole[1] && first * second === steps;
  if (isWhole) return { ...tensor, shape: [steps, ...rest] };
  const isShared = name === "entropy_coef" ? tensor.shape.length === 0 : name.startsWith("log_sigma");
  if (isShared) return tensor;
  const given = first === undefined ? "one number" : `${first} rows`;
  throw new LineProblem(`${name} has ${given}, the update uses ${steps} steps`);
}

function readSource(value: unknown): UpdateRecord["source"] {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value) || typeof value.file !== "string" || value.file.length > traceLimits.text) {
    throw new LineProblem('source is {"file": a path, "line": a number}');
  }
  return { file: value.file, line: readWhole("source.line", value.line) };
}

function readTensors(value: unknown): Map<string, WatchedTensor> {
  const tensors = new Map<string, WatchedTensor>();
  if (value === undefined || value === null) return tensors;
  if (!isObject(value)) throw new LineProblem(`tensors is an object of tensors, not ${kindOf(value)}`);
  for (const name of Object.keys(value)) {
    if (name.length > traceLimits.text) throw new LineProblem("a tensor's name is too long");
    const watched = readWatched(name, value[name]);
    if (watched) tensors.set(name, watched);
  }
  return tensors;
}

/** The recorder writes {"value", "grad", "file", "line"}; a bare tensor is its value. */
function readWatched(name: string, entry: unknown): WatchedTensor | undefined {
  if (!isObject(entry) || entry.base64 !== undefined) {
    if (entry === undefined || entry === null) return undefined;
    return { ...readTensor(name, entry), grad: undefined, source: undefined };
  }
  if (entry.value === undefined || entry.value === null) return undefined;
  const hasGradient = entry.grad !== undefined && entry.grad !== null;
  return {
    ...readTensor(name, entry.value),
    grad: hasGradient ? readTensor(`${name}.grad`, entry.grad) : undefined,
    source: entry.file === undefined ? undefined : readSource(entry),
  };
}
