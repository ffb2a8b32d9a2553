import { cutByBatch } from "../../rl/episodeEnds.ts";
import { type Columns, createColumns, growColumns } from "../columns.ts";
import type { RemoteSteps } from "./remote.ts";

/** Numbers in a row of a batch. */
export interface RowSizes {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly actionCount: number;
}

/** One environment, where its episode stands, and the steps it gave to this batch. */
export class Lane {
  steps = 0;
  /** Steps since the batch began, those that are no steps of an episode included. */
  turns = 0;
  isPlaying = false;
  /** Whether what it does now is part of this batch. */
  counts = true;
  return = 0;
  episode = 0;
  /** What it sees now [observationSize], and does next [actionSize]: views of what all lanes have in a row. */
  readonly seen: Float64Array;
  readonly action: Float64Array;
  #time = 0;
  #columns: Columns;
  #capacity = 64;
  readonly #finals = new Map<number, Float64Array>();
  readonly #sizes: RowSizes;

  constructor(sizes: RowSizes, seen: Float64Array, action: Float64Array) {
    this.#sizes = sizes;
    this.seen = seen;
    this.action = action;
    this.#columns = createColumns(this.#capacity, sizes.observationSize, sizes.actionSize);
  }

  /** Forgets the steps; an episode under way goes on. */
  clear(): void {
    this.steps = 0;
    this.turns = 0;
    this.#finals.clear();
  }

  begin(episode: number): void {
    this.episode = episode;
    this.isPlaying = true;
    this.#time = 0;
    this.return = 0;
  }

  /** Shows it row `row` of those observations. */
  show(observations: Float64Array, row: number): void {
    const { seen } = this;
    const from = row * seen.length;
    for (let i = 0; i < seen.length; i++) seen[i] = observations[from + i]!;
  }

  /** Adds the step that row `row` tells of, from what it saw and did. */
  note(steps: RemoteSteps, row: number): void {
    this.#reserve();
    const at = this.steps++;
    const columns = this.#columns;
    copyInto(columns.observations, at, this.seen);
    copyInto(columns.actions, at, this.action);
    columns.rewards[at] = steps.rewards[row]!;
    columns.time[at] = this.#time++;
    columns.terminated[at] = steps.terminated[row]!;
    columns.truncated[at] = steps.truncated[row]!;
    columns.episodes[at] = this.episode;
    this.return += steps.rewards[row]!;
    if (steps.truncated[row] === 1 && steps.terminated[row] === 0) {
      const { observationSize } = this.#sizes;
      this.#finals.set(at, steps.observations.slice(row * observationSize, (row + 1) * observationSize));
    }
  }

  /** The batch ends here, and the episode does not. */
  cut(): void {
    if (this.steps === 0) return;
    this.#columns.truncated[this.steps - 1] = cutByBatch;
    this.#finals.set(this.steps - 1, this.seen.slice());
  }

  /** Observations after steps that a time limit or the batch's end cut, in order. */
  finals(): Float64Array[] {
    return [...this.#finals.entries()].sort(([a], [b]) => a - b).map(([, observation]) => observation);
  }

  /** Copies its steps into `to`, from row `row` on. */
  copyTo(to: Columns, row: number): void {
    const { observationSize, actionSize } = this.#sizes;
    const { steps } = this;
    const from = this.#columns;
    to.observations.set(from.observations.subarray(0, steps * observationSize), row * observationSize);
    to.actions.set(from.actions.subarray(0, steps * actionSize), row * actionSize);
    to.rewards.set(from.rewards.subarray(0, steps), row);
    to.time.set(from.time.subarray(0, steps), row);
    to.terminated.set(from.terminated.subarray(0, steps), row);
    to.truncated.set(from.truncated.subarray(0, steps), row);
    to.episodes.set(from.episodes.subarray(0, steps), row);
  }

  #reserve(): void {
    if (this.steps < this.#capacity) return;
    this.#capacity *= 2;
    const { observationSize, actionSize } = this.#sizes;
    this.#columns = growColumns(this.#columns, this.#capacity, observationSize, actionSize);
  }
}

/** A loop: for the few numbers of a row it is quicker than a view and its set. */
function copyInto(column: Float64Array, row: number, values: Float64Array): void {
  const from = row * values.length;
  for (let i = 0; i < values.length; i++) column[from + i] = values[i]!;
}
