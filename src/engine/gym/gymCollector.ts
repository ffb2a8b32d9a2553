import type { EnvironmentRecord } from "../../environments/environment.ts";
import { actionSize, outputCount } from "../../environments/spaces.ts";
import type { Batch } from "../../rl/batch.ts";
import { cutByBatch } from "../../rl/episodeEnds.ts";
import type { Generator } from "../../rl/generator.ts";
import type { Act, Collector } from "../collector.ts";
import { type Columns, createColumns, growColumns, viewColumns } from "../columns.ts";
import { divergedError } from "../rolloutErrors.ts";
import type { RemoteEnvironments, RemoteSteps } from "./remote.ts";

const largestSeed = 2 ** 31;

/** One environment, where its episode stands, and the steps it gave to this batch. */
class Lane {
  columns: Columns;
  capacity = 64;
  steps = 0;
  /** Steps since the batch began, those that are no steps of an episode included. */
  turns = 0;
  isPlaying = false;
  /** Whether what it does now is part of this batch. */
  counts = true;
  time = 0;
  return = 0;
  episode = 0;
  readonly finals = new Map<number, Float64Array>();
  readonly #sizes: Sizes;

  constructor(sizes: Sizes) {
    this.#sizes = sizes;
    this.columns = createColumns(this.capacity, sizes.observationSize, sizes.actionSize);
  }

  clear(): void {
    this.steps = 0;
    this.turns = 0;
    this.finals.clear();
  }

  reserve(): void {
    if (this.steps < this.capacity) return;
    this.capacity *= 2;
    this.columns = growColumns(
      this.columns,
      this.capacity,
      this.#sizes.observationSize,
      this.#sizes.actionSize,
    );
  }
}

interface Sizes {
  readonly observationSize: number;
  readonly actionSize: number;
  readonly actionCount: number;
}

/** How a batch is made up: of whole episodes, or of so many steps of every environment. */
export type BatchTiming = "episode" | "steps";

/**
 * Gathers batches from environments in another process, all that take part stepping in one round trip. The rows of one
 * environment follow each other in the batch, environment after environment; rows that only reset one are left out.
 * Episodes are seeded from the run's generator, so that what they are depends on the run's seed alone.
 */
export class GymCollector implements Collector {
  readonly returns: number[] = [];
  /** Actions of this batch that lay beyond their bounds and were moved to them. */
  clipped = 0;
  readonly #remote: RemoteEnvironments;
  readonly #generator: Generator;
  readonly #timing: BatchTiming;
  readonly #sizes: Sizes;
  readonly #lanes: readonly Lane[];
  /** What each lane sees now, and does next. */
  readonly #seen: Float64Array;
  readonly #actions: Float64Array;
  readonly #see: (observations: Float64Array, row: number) => void;
  #columns: Columns;
  #rows = 0;
  #finals = new Float64Array(0);
  #episodesStarted = 0;
  #episodesWanted = 0;

  /** `see` shows the policy a row of the finished batch, in order: its heads are those of these rows. */
  constructor(
    record: EnvironmentRecord,
    remote: RemoteEnvironments,
    generator: Generator,
    timing: BatchTiming,
    see: (observations: Float64Array, row: number) => void,
  ) {
    const { observationSpace, actionSpace } = record.create();
    this.#remote = remote;
    this.#generator = generator;
    this.#timing = timing;
    this.#see = see;
    this.#sizes = {
      observationSize: observationSpace.low.length,
      actionSize: actionSize(actionSpace),
      actionCount: outputCount(actionSpace),
    };
    this.#lanes = Array.from({ length: remote.count }, () => new Lane(this.#sizes));
    this.#seen = new Float64Array(remote.count * this.#sizes.observationSize);
    this.#actions = new Float64Array(remote.count * this.#sizes.actionSize);
    this.#columns = createColumns(0, this.#sizes.observationSize, this.#sizes.actionSize);
  }

  clear(): void {
    this.returns.length = 0;
    this.clipped = 0;
    for (const lane of this.#lanes) lane.clear();
    this.#episodesWanted = 0;
  }

  collect(): boolean {
    throw new Error("environments in another process are stepped by gather");
  }

  /** Takes at most `budget` steps and one round more; true once the batch is whole. */
  async gather(amount: number, act: Act, budget: number): Promise<boolean> {
    if (this.#episodesWanted === 0) this.#begin(amount);
    let left = budget;
    while (!this.#isWhole(amount)) {
      if (left <= 0) return false;
      await this.#resetEnded();
      const indices = this.#taking(amount);
      this.#chooseActions(indices, act);
      this.#note(indices, await this.#remote.step(indices, this.#packed(indices)), amount);
      left -= indices.length;
    }
    this.#assemble();
    return true;
  }

  batch(): Batch {
    const finals = this.#finals.length === 0 ? {} : { finalObservations: this.#finals };
    return { ...viewColumns(this.#columns, this.#rows, this.#sizes), ...finals };
  }

  /** Episodes under way cannot be written down: the next batch starts new ones. */
  state(): Float64Array {
    return Float64Array.of(this.#episodesStarted);
  }

  restore(state: Float64Array, episodes: number): void {
    this.clear();
    this.#episodesStarted = state[0] ?? episodes;
    for (const lane of this.#lanes) lane.isPlaying = false;
  }

  #begin(amount: number): void {
    this.#episodesWanted = this.#episodesStarted + amount;
    if (this.#timing === "steps") return;
    // A policy that has changed begins new episodes.
    for (const lane of this.#lanes) lane.isPlaying = false;
  }

  #isWhole(amount: number): boolean {
    if (this.#timing === "episode") return this.returns.length >= amount;
    return this.#lanes.every(({ turns }) => turns >= amount);
  }

  /** Starts an episode where none is under way and one is wanted. */
  async #resetEnded(): Promise<void> {
    const all = this.#remote.autoreset !== "Disabled";
    const indices: number[] = [];
    for (const [index, lane] of this.#lanes.entries()) {
      if (lane.isPlaying || !(all || this.#wantsEpisode())) continue;
      this.#startEpisode(lane);
      indices.push(index);
    }
    if (indices.length === 0) return;
    const seeds = indices.map(() => Math.floor(this.#generator.uniform() * largestSeed));
    const observations = await this.#remote.reset(indices, seeds);
    for (const [row, index] of indices.entries()) this.#show(index, observations, row);
  }

  #wantsEpisode(): boolean {
    return this.#timing === "steps" || this.#episodesStarted < this.#episodesWanted;
  }

  #startEpisode(lane: Lane): void {
    lane.counts = this.#wantsEpisode();
    if (lane.counts) lane.episode = ++this.#episodesStarted;
    lane.isPlaying = true;
    lane.time = 0;
    lane.return = 0;
  }

  #taking(amount: number): number[] {
    const all = this.#remote.autoreset !== "Disabled";
    const indices: number[] = [];
    for (const [index, lane] of this.#lanes.entries()) {
      const takesPart = this.#timing === "episode" ? lane.isPlaying : lane.turns < amount;
      if (all || takesPart) indices.push(index);
    }
    return indices;
  }

  #chooseActions(indices: readonly number[], act: Act): void {
    for (const index of indices) {
      if (!act(this.#seen, index, this.#actions)) throw divergedError(this.#lanes[index]!.episode);
    }
  }

  /** The actions of those lanes, side by side. */
  #packed(indices: readonly number[]): Float64Array {
    const { actionSize: width } = this.#sizes;
    if (indices.length === this.#lanes.length) return this.#actions;
    const packed = new Float64Array(indices.length * width);
    for (const [row, index] of indices.entries()) {
      packed.set(this.#actions.subarray(index * width, (index + 1) * width), row * width);
    }
    return packed;
  }

  #note(indices: readonly number[], steps: RemoteSteps, amount: number): void {
    for (const [row, index] of indices.entries()) {
      const lane = this.#lanes[index]!;
      lane.turns++;
      if (steps.fake[row] === 1) {
        this.#startEpisode(lane);
        this.#show(index, steps.observations, row);
        continue;
      }
      if (lane.counts) this.#noteStep(lane, index, steps, row);
      const ended = steps.terminated[row] === 1 || steps.truncated[row] === 1;
      this.#show(index, steps.observations, row);
      if (ended) this.#endEpisode(lane);
      else if (this.#timing === "steps" && lane.turns === amount) this.#cut(lane, index);
    }
  }

  #noteStep(lane: Lane, index: number, steps: RemoteSteps, row: number): void {
    const { observationSize, actionSize: width } = this.#sizes;
    lane.reserve();
    const { columns, steps: at } = lane;
    columns.observations.set(this.#seenBy(index), at * observationSize);
    columns.actions.set(this.#actions.subarray(index * width, (index + 1) * width), at * width);
    columns.rewards[at] = steps.rewards[row]!;
    columns.time[at] = lane.time++;
    columns.terminated[at] = steps.terminated[row]!;
    columns.truncated[at] = steps.truncated[row]!;
    columns.episodes[at] = lane.episode;
    lane.return += steps.rewards[row]!;
    if (steps.truncated[row] === 1 && steps.terminated[row] === 0) {
      lane.finals.set(at, steps.observations.slice(row * observationSize, (row + 1) * observationSize));
    }
    if (steps.clipped[row]! > 0) this.clipped++;
    lane.steps++;
  }

  /** In autoreset mode NextStep the next row is the reset; else a reset is asked for. */
  #endEpisode(lane: Lane): void {
    if (lane.counts) this.returns.push(lane.return);
    lane.isPlaying = this.#remote.autoreset === "NextStep";
  }

  #cut(lane: Lane, index: number): void {
    if (lane.steps === 0) return;
    lane.columns.truncated[lane.steps - 1] = cutByBatch;
    lane.finals.set(lane.steps - 1, this.#seenBy(index).slice());
  }

  #seenBy(index: number): Float64Array {
    const { observationSize } = this.#sizes;
    return this.#seen.subarray(index * observationSize, (index + 1) * observationSize);
  }

  #show(index: number, observations: Float64Array, row: number): void {
    const { observationSize } = this.#sizes;
    this.#seenBy(index).set(observations.subarray(row * observationSize, (row + 1) * observationSize));
  }

  /** Lane after lane into one batch, and every row once past the policy. */
  #assemble(): void {
    const { observationSize, actionSize: width } = this.#sizes;
    this.#rows = this.#lanes.reduce((sum, { steps }) => sum + steps, 0);
    this.#columns = createColumns(this.#rows, observationSize, width);
    const finals: Float64Array[] = [];
    let row = 0;
    for (const { columns, steps, finals: own } of this.#lanes) {
      copyRows(columns, steps, this.#columns, row, observationSize, width);
      finals.push(...[...own.keys()].sort((a, b) => a - b).map((at) => own.get(at)!));
      row += steps;
    }
    this.#finals = new Float64Array(finals.length * observationSize);
    for (const [n, final] of finals.entries()) this.#finals.set(final, n * observationSize);
    for (let t = 0; t < this.#rows; t++) this.#see(this.#columns.observations, t);
  }
}

function copyRows(
  from: Columns,
  steps: number,
  to: Columns,
  row: number,
  observationSize: number,
  width: number,
): void {
  to.observations.set(from.observations.subarray(0, steps * observationSize), row * observationSize);
  to.actions.set(from.actions.subarray(0, steps * width), row * width);
  to.rewards.set(from.rewards.subarray(0, steps), row);
  to.time.set(from.time.subarray(0, steps), row);
  to.terminated.set(from.terminated.subarray(0, steps), row);
  to.truncated.set(from.truncated.subarray(0, steps), row);
  to.episodes.set(from.episodes.subarray(0, steps), row);
}
