import type { EnvironmentRecord } from "../../environments/environment.ts";
import { actionSize, outputCount } from "../../environments/spaces.ts";
import type { Batch } from "../../rl/batch.ts";
import type { Generator } from "../../rl/generator.ts";
import type { Act, Collector } from "../collector.ts";
import { type Columns, createColumns, viewColumns } from "../columns.ts";
import { divergedError } from "../rolloutErrors.ts";
import { Lane, type RowSizes } from "./lane.ts";
import type { RemoteEnvironments, RemoteSteps } from "./remote.ts";

const largestSeed = 2 ** 31;

/** How a batch is made up: of whole episodes, or of so many steps of every environment. */
export type BatchTiming = "episode" | "steps";

/**
 * Gathers batches from environments in another process, all that take part stepping in one round trip, in which those
 * whose episode ends begin the next. The rows of one environment follow each other in the batch, environment after
 * environment; rows that only reset one are left out. Episodes are seeded from the run's generator, so that what they
 * are depends on the run's seed alone.
 */
export class GymCollector implements Collector {
  readonly returns: number[] = [];
  /** Actions of this batch that lay beyond their bounds and were moved to them. */
  clipped = 0;
  readonly #remote: RemoteEnvironments;
  readonly #generator: Generator;
  readonly #timing: BatchTiming;
  /** Whether all environments are stepped together, and reset by themselves. */
  readonly #isVector: boolean;
  readonly #sizes: RowSizes;
  readonly #lanes: readonly Lane[];
  readonly #all: readonly number[];
  readonly #seen: Float64Array;
  readonly #actions: Float64Array;
  readonly #see: (observations: Float64Array, row: number) => void;
  #columns: Columns;
  #rows = 0;
  #finals = new Float64Array(0);
  #episodesStarted = 0;
  #episodesWanted = 0;
  /** Drawn for episodes that have not begun yet. */
  #seeds: number[] = [];

  /** `see` shows the policy a row of the finished batch, in order: its heads are those of these rows. */
  constructor(
    record: EnvironmentRecord,
    remote: RemoteEnvironments,
    generator: Generator,
    timing: BatchTiming,
    see: (observations: Float64Array, row: number) => void,
  ) {
    const { observationSpace, actionSpace } = record.create();
    const sizes = {
      observationSize: observationSpace.low.length,
      actionSize: actionSize(actionSpace),
      actionCount: outputCount(actionSpace),
    };
    this.#remote = remote;
    this.#isVector = remote.autoreset !== "Disabled";
    this.#generator = generator;
    this.#timing = timing;
    this.#see = see;
    this.#sizes = sizes;
    this.#seen = new Float64Array(remote.count * sizes.observationSize);
    this.#actions = new Float64Array(remote.count * sizes.actionSize);
    const rowOf = (all: Float64Array, size: number, index: number) =>
      all.subarray(index * size, (index + 1) * size);
    this.#lanes = Array.from({ length: remote.count }, (_, index) => {
      const seen = rowOf(this.#seen, sizes.observationSize, index);
      return new Lane(sizes, seen, rowOf(this.#actions, sizes.actionSize, index));
    });
    this.#all = [...this.#lanes.keys()];
    this.#columns = createColumns(0, sizes.observationSize, sizes.actionSize);
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
      await this.#beginEpisodes();
      left -= await this.#step(amount, act);
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
    return Float64Array.of(this.#episodesStarted, ...this.#seeds);
  }

  restore(state: Float64Array, episodes: number): void {
    this.clear();
    this.#episodesStarted = state[0] ?? episodes;
    this.#seeds = [...state.subarray(1)];
    this.#dropEpisodes();
  }

  #begin(amount: number): void {
    this.#episodesWanted = this.#episodesStarted + amount;
    // A policy that has changed begins new episodes.
    if (this.#timing === "episode") this.#dropEpisodes();
  }

  #dropEpisodes(): void {
    for (const lane of this.#lanes) lane.isPlaying = false;
  }

  #isWhole(amount: number): boolean {
    if (this.#timing === "episode") return this.returns.length >= amount;
    return this.#lanes.every(({ turns }) => turns >= amount);
  }

  /** Begins an episode where none is under way and one is wanted. */
  async #beginEpisodes(): Promise<void> {
    const begun: number[] = [];
    for (const [index, lane] of this.#lanes.entries()) {
      if (lane.isPlaying || !(this.#isVector || this.#wantsEpisode())) continue;
      this.#beginEpisode(lane);
      begun.push(index);
    }
    if (begun.length === 0) return;
    const observations = await this.#remote.reset(begun, this.#takeSeeds(begun.length));
    for (const [row, index] of begun.entries()) this.#lanes[index]!.show(observations, row);
  }

  /** One step of every lane that takes part. @returns how many they are. */
  async #step(amount: number, act: Act): Promise<number> {
    const indices = this.#takingPart(amount);
    for (const index of indices) {
      if (!act(this.#seen, index, this.#actions)) throw divergedError(this.#lanes[index]!.episode);
    }
    const seeds = this.#takeSeeds(this.#mostBegun(indices.length));
    const steps = await this.#remote.step(indices, this.#packed(indices), seeds);
    this.#seeds.unshift(...seeds.slice(steps.begun));
    this.#note(indices, steps, amount);
    return indices.length;
  }

  /** How many episodes may begin within a step of `count` lanes. */
  #mostBegun(count: number): number {
    if (this.#isVector) return 0;
    return this.#timing === "steps" ? count : Math.min(count, this.#episodesWanted - this.#episodesStarted);
  }

  #takeSeeds(count: number): number[] {
    while (this.#seeds.length < count) this.#seeds.push(Math.floor(this.#generator.uniform() * largestSeed));
    return this.#seeds.splice(0, count);
  }

  #wantsEpisode(): boolean {
    return this.#timing === "steps" || this.#episodesStarted < this.#episodesWanted;
  }

  #beginEpisode(lane: Lane): void {
    lane.counts = this.#wantsEpisode();
    lane.begin(lane.counts ? ++this.#episodesStarted : lane.episode);
  }

  #takingPart(amount: number): readonly number[] {
    if (this.#isVector) return this.#all;
    const takesPart = (lane: Lane) => (this.#timing === "episode" ? lane.isPlaying : lane.turns < amount);
    return this.#lanes.every(takesPart)
      ? this.#all
      : this.#all.filter((index) => takesPart(this.#lanes[index]!));
  }

  /** The actions of those lanes, side by side. */
  #packed(indices: readonly number[]): Float64Array {
    const { actionSize: width } = this.#sizes;
    if (indices.length === this.#lanes.length) return this.#actions;
    const packed = new Float64Array(indices.length * width);
    for (const [row, index] of indices.entries()) packed.set(this.#lanes[index]!.action, row * width);
    return packed;
  }

  #note(indices: readonly number[], steps: RemoteSteps, amount: number): void {
    let begun = 0;
    for (const [row, index] of indices.entries()) {
      const lane = this.#lanes[index]!;
      lane.turns++;
      if (steps.fake[row] === 1) this.#beginEpisode(lane);
      else if (lane.counts) this.#noteStep(lane, steps, row);
      lane.show(steps.observations, row);
      if (steps.terminated[row] === 1 || steps.truncated[row] === 1) {
        this.#endEpisode(lane);
        if (begun < steps.begun) this.#goOn(lane, steps, begun++);
      } else if (this.#timing === "steps" && lane.turns === amount) lane.cut();
    }
  }

  #noteStep(lane: Lane, steps: RemoteSteps, row: number): void {
    lane.note(steps, row);
    if (steps.clipped[row]! > 0) this.clipped++;
  }

  /** In autoreset mode NextStep the next row is the reset. */
  #endEpisode(lane: Lane): void {
    if (lane.counts) this.returns.push(lane.return);
    lane.isPlaying = this.#remote.autoreset === "NextStep";
  }

  /** The next episode has begun in the same round trip. */
  #goOn(lane: Lane, steps: RemoteSteps, place: number): void {
    this.#beginEpisode(lane);
    lane.show(steps.firsts, place);
  }

  /** Lane after lane into one batch, and every row once past the policy. */
  #assemble(): void {
    const { observationSize, actionSize: width } = this.#sizes;
    this.#rows = this.#lanes.reduce((sum, { steps }) => sum + steps, 0);
    this.#columns = createColumns(this.#rows, observationSize, width);
    let row = 0;
    for (const lane of this.#lanes) {
      lane.copyTo(this.#columns, row);
      row += lane.steps;
    }
    const finals = this.#lanes.flatMap((lane) => lane.finals());
    this.#finals = new Float64Array(finals.length * observationSize);
    for (const [n, final] of finals.entries()) this.#finals.set(final, n * observationSize);
    for (let t = 0; t < this.#rows; t++) this.#see(this.#columns.observations, t);
  }
}
