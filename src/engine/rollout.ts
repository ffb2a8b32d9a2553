import type { Environment, EnvironmentRecord } from "../environments/environment.ts";
import { actionSize, outputCount } from "../environments/spaces.ts";
import { reachesTimeLimit } from "../environments/timeLimit.ts";
import type { Batch } from "../rl/batch.ts";
import type { Generator } from "../rl/generator.ts";
import type { Act, Collector } from "./collector.ts";
import { type Columns, createColumns, growColumns, viewColumns } from "./columns.ts";
import { divergedError, endlessError } from "./rolloutErrors.ts";

/** Beyond this many bytes of stored steps an episode is given up: it will hardly end. */
const memoryBudget = 2 ** 30;

/**
 * Collects whole episodes into growing columns. `collect` may stop in mid-episode when its budget of
 * steps is used, and goes on where it stopped: the numbers do not depend on the budgets.
 */
export class Rollout implements Collector {
  steps = 0;
  /** Episodes finished in this run before and in this batch. */
  episode = 0;
  /** Undiscounted returns of the batch's finished episodes. */
  readonly returns: number[] = [];
  readonly #environment: Environment;
  readonly #timeLimit: number | undefined;
  readonly #generator: Generator;
  readonly #observationSize: number;
  readonly #actionSize: number;
  readonly #mostSteps: number;
  #capacity = 512;
  #columns: Columns;
  #inEpisode = false;
  #time = 0;
  #return = 0;
  /** Observations after steps that a time limit cut, one after the other; kept for a value head alone. */
  readonly #finals: number[] = [];
  readonly #keepsFinals: boolean;

  constructor(record: EnvironmentRecord, generator: Generator, bytesPerStep: number, keepsFinals: boolean) {
    this.#keepsFinals = keepsFinals;
    this.#environment = record.create();
    this.#timeLimit = record.timeLimit;
    this.#generator = generator;
    this.#observationSize = this.#environment.observationSpace.low.length;
    this.#actionSize = actionSize(this.#environment.actionSpace);
    this.#mostSteps = Math.floor(memoryBudget / bytesPerStep);
    this.#columns = createColumns(this.#capacity, this.#observationSize, this.#actionSize);
  }

  get environment(): Environment {
    return this.#environment;
  }

  /** Forgets the batch; the next `collect` starts one. */
  clear(): void {
    this.steps = 0;
    this.returns.length = 0;
    this.#finals.length = 0;
  }

  state(): Float64Array {
    return new Float64Array(0);
  }

  /** Drops what is under way; the next episode is number `episodes` + 1. */
  restore(_state: Float64Array, episodes: number): void {
    this.clear();
    this.episode = episodes;
    this.#inEpisode = false;
  }

  /** Takes at most `budget` steps; true once `episodes` episodes are whole. */
  collect(episodes: number, act: Act, budget: number): boolean {
    let left = budget;
    while (this.returns.length < episodes) {
      if (!this.#inEpisode) this.#start();
      while (this.#inEpisode) {
        if (left-- <= 0) return false;
        this.#step(act);
      }
    }
    return true;
  }

  /** The batch as views of the columns: valid until the next `clear`. */
  batch(): Batch {
    const batch = viewColumns(this.#columns, this.steps, {
      observationSize: this.#observationSize,
      actionSize: this.#actionSize,
      actionCount: outputCount(this.#environment.actionSpace),
    });
    return this.#finals.length === 0
      ? batch
      : { ...batch, finalObservations: Float64Array.from(this.#finals) };
  }

  #start(): void {
    this.#reserve();
    this.#environment.reset(this.#generator, this.#columns.observations, this.steps * this.#observationSize);
    this.#inEpisode = true;
    this.#time = 0;
    this.#return = 0;
  }

  #step(act: Act): void {
    const row = this.steps;
    // The observation after the last step of an episode lands in the next row and is overwritten by reset.
    if (row + 2 > this.#capacity) this.#reserve();
    const columns = this.#columns;
    if (!act(columns.observations, row, columns.actions)) throw divergedError(this.episode + 1);
    const reward = this.#environment.step(
      columns.actions,
      row * this.#actionSize,
      columns.observations,
      (row + 1) * this.#observationSize,
    );
    const terminated = this.#environment.terminated;
    const truncated = reachesTimeLimit(this.#time + 1, this.#timeLimit);
    columns.rewards[row] = reward;
    columns.time[row] = this.#time;
    columns.terminated[row] = terminated ? 1 : 0;
    columns.truncated[row] = truncated ? 1 : 0;
    columns.episodes[row] = this.episode + 1;
    this.#return += reward;
    this.#time++;
    this.steps++;
    if (this.#keepsFinals && truncated && !terminated) this.#keepFinal();
    if (terminated || truncated) this.#finish();
  }

  #keepFinal(): void {
    const from = this.steps * this.#observationSize;
    for (let i = from; i < from + this.#observationSize; i++)
      this.#finals.push(this.#columns.observations[i]!);
  }

  #finish(): void {
    this.episode++;
    this.returns.push(this.#return);
    this.#inEpisode = false;
  }

  #reserve(): void {
    if (this.steps + 2 <= this.#capacity) return;
    if (this.steps >= this.#mostSteps) throw endlessError(this.episode + 1, this.steps);
    this.#capacity *= 2;
    this.#columns = growColumns(this.#columns, this.#capacity, this.#observationSize, this.#actionSize);
  }
}
