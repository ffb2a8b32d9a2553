import type { LineObject } from "./parseLine.ts";
import { type GrowingSteps, readWhole, rememberUnknown } from "./stepTable.ts";
import { readTensor, type Tensor } from "./tensor.ts";
import {
  cutFlag,
  type Rollout,
  type StepColumnName,
  stepColumnNames,
  terminatedFlag,
  truncatedFlag,
} from "./trace.ts";
import { LineProblem } from "./traceError.ts";

/** Where every environment of a vectorised rollout stands: its episode and its clock. */
export interface EpisodeClock {
  readonly episode: number[];
  readonly time: number[];
  episodes: number;
}

const columnNames: ReadonlySet<string> = new Set(stepColumnNames);
const known: ReadonlySet<string> = new Set([
  ...stepColumnNames,
  "rollout",
  "reward",
  "terminated",
  "truncated",
  "episode",
  "t",
  "last_value",
]);

/**
 * Adds a rollout's columns [T, N] to the step table, time first. Episodes and clocks that it does not give are counted
 * from its flags, going on from the rollout before.
 */
export function addRollout(
  line: LineObject,
  steps: GrowingSteps,
  clock: EpisodeClock,
  bytesRead: number,
): Rollout {
  const reward = readTensor("reward", required(line, "reward"));
  const size = sizeOf(reward);
  const first = steps.count;
  required(line, "action");
  const lastValues = readLastValues(line, size.environments);
  const rollout = { number: readWhole("rollout", line.rollout), first, lastValues, ...size };
  const rows = size.steps * size.environments;
  const columns = readColumns(line, size, rows, steps);
  steps.addRows(rows);
  for (let row = 0; row < rows; row++) {
    steps.rewards.set(first + row, reward.data[row]!, bytesRead);
    steps.environments.set(first + row, row % size.environments, bytesRead);
    for (const [name, tensor] of columns.values) {
      const width = tensor.data.length / rows;
      steps.columns[name].setRow(first + row, tensor.data, bytesRead, row * width, width);
    }
  }
  setFlags(steps, rollout, columns.terminated, columns.truncated);
  setEpisodes(steps, rollout, columns, clock, bytesRead);
  setLastValues(steps, rollout, bytesRead);
  return rollout;
}

function required(line: LineObject, name: string): unknown {
  if (line[name] === undefined) throw new LineProblem(`a rollout has action and reward; ${name} is missing`);
  return line[name];
}

/** [T, N]; a list of T numbers is one environment. */
function sizeOf(reward: Tensor): { steps: number; environments: number } {
  const [steps = 0, environments = 1] = reward.shape;
  if (reward.shape.length > 2 || reward.data.length === 0) {
    throw new LineProblem("a rollout's reward is a list [T] or [T, N] with at least one number");
  }
  return { steps, environments };
}

interface RolloutColumns {
  readonly values: ReadonlyMap<StepColumnName, Tensor>;
  readonly terminated: Tensor | undefined;
  readonly truncated: Tensor | undefined;
  readonly episode: Tensor | undefined;
  readonly t: Tensor | undefined;
}

function readColumns(
  line: LineObject,
  size: { steps: number; environments: number },
  rows: number,
  steps: GrowingSteps,
): RolloutColumns {
  const values = new Map<StepColumnName, Tensor>();
  const column = (name: string) => {
    if (line[name] === undefined || line[name] === null) return undefined;
    const tensor = readTensor(name, line[name]);
    checkShape(name, tensor, size, rows);
    return tensor;
  };
  for (const key of Object.keys(line)) {
    if (!known.has(key)) rememberUnknown(steps.unknownKeys, key);
    const tensor = columnNames.has(key) ? column(key) : undefined;
    if (tensor) values.set(key as StepColumnName, tensor);
  }
  const flagLike = { terminated: column("terminated"), truncated: column("truncated") };
  return { values, ...flagLike, episode: column("episode"), t: column("t") };
}

function checkShape(
  name: string,
  { shape, data }: Tensor,
  size: { steps: number; environments: number },
  rows: number,
): void {
  const fits = shape[0] === size.steps && (size.environments === 1 || shape[1] === size.environments);
  if (fits && data.length % rows === 0 && data.length > 0) return;
  throw new LineProblem(
    `${name} has shape [${shape.join(", ")}], reward [${size.steps}, ${size.environments}]; time comes first, then environments`,
  );
}

function setFlags(
  steps: GrowingSteps,
  rollout: Rollout,
  terminated: Tensor | undefined,
  truncated: Tensor | undefined,
): void {
  const rows = rollout.steps * rollout.environments;
  for (let row = 0; row < rows; row++) {
    const isTerminated = (terminated?.data[row] ?? 0) !== 0;
    const isTruncated = (truncated?.data[row] ?? 0) !== 0;
    const isCut = row >= rows - rollout.environments && !isTerminated && !isTruncated;
    const flags =
      (isTerminated ? terminatedFlag : 0) | (isTruncated ? truncatedFlag : 0) | (isCut ? cutFlag : 0);
    steps.setFlags(rollout.first + row, flags);
  }
}

function setEpisodes(
  steps: GrowingSteps,
  rollout: Rollout,
  columns: RolloutColumns,
  clock: EpisodeClock,
  bytesRead: number,
): void {
  const { first, environments } = rollout;
  for (let row = 0; row < rollout.steps * environments; row++) {
    const env = row % environments;
    clock.episode[env] ??= ++clock.episodes;
    clock.time[env] ??= 0;
    steps.episodes.set(first + row, columns.episode?.data[row] ?? clock.episode[env], bytesRead);
    steps.time.set(first + row, columns.t?.data[row] ?? clock.time[env], bytesRead);
    clock.time[env]++;
    if ((steps.flags(first + row) & (terminatedFlag | truncatedFlag)) === 0) continue;
    clock.episode[env] = ++clock.episodes;
    clock.time[env] = 0;
  }
}

function readLastValues(line: LineObject, environments: number): Float64Array | undefined {
  if (line.last_value === undefined || line.last_value === null) return undefined;
  const { data } = readTensor("last_value", line.last_value);
  if (data.length === environments) return data;
  throw new LineProblem(`last_value has ${data.length} numbers for ${environments} environments`);
}

/** V of what follows the rollout stands as the final value of each environment's last step; not after a time limit. */
function setLastValues(steps: GrowingSteps, rollout: Rollout, bytesRead: number): void {
  const { lastValues, first, environments } = rollout;
  if (!lastValues) return;
  const last = first + (rollout.steps - 1) * environments;
  for (let env = 0; env < environments; env++) {
    if ((steps.flags(last + env) & truncatedFlag) === 0) {
      steps.columns.final_value.set(last + env, lastValues[env]!, bytesRead);
    }
  }
}
