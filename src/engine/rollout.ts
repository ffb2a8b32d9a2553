import type { Environment, EnvironmentRecord } from "../environments/environment.ts";
import { actionSize, outputCount } from "../environments/spaces.ts";
import { reachesTimeLimit } from "../environments/timeLimit.ts";
import type { Batch } from "../rl/batch.ts";
import type { Generator } from "../rl/generator.ts";
import { UserError } from "./userError.ts";

/**
 * Chooses the action of row `row`, whose observation lies at `row × observationSize`, and writes it to `actions`.
 * @returns false where the policy's outputs are no numbers.
 */
export type Act = (observations: Float64Array, row: number, actions: Float64Array) => boolean;

/** Beyond this many bytes of stored steps an episode is given up: it will hardly end. */
const memoryBudget = 2 ** 30;

/**
 * Collects whole episodes into growing columns. `collect` may stop in mid-episode when its budget of
 * steps is used, and goes on where it stopped: the numbers do not depend on the budgets.
 */
export class Rollout {
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

  constructor(record: EnvironmentRecord, generator: Generator, bytesPerStep: number) {
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
  }

  /** Drops what is under way; the next episode is number `episode` + 1. */
  restart(episode: number): void {
    this.clear();
    this.episode = episode;
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
    const { steps } = this;
    const columns = this.#columns;
    return {
      steps,
      observationSize: this.#observationSize,
      actionCount: outputCount(this.#environment.actionSpace),
      observations: columns.observations.subarray(0, steps * this.#observationSize),
      actions: columns.actions.subarray(0, steps * this.#actionSize),
      rewards: columns.rewards.subarray(0, steps),
      time: columns.time.subarray(0, steps),
      terminated: columns.terminated.subarray(0, steps),
      truncated: columns.truncated.subarray(0, steps),
      episodes: columns.episodes.subarray(0, steps),
    };
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
    if (terminated || truncated) this.#finish();
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

function divergedError(episode: number): UserError {
  return new UserError(
    "diverged",
    `The policy's outputs are no numbers any more in episode ${episode}.`,
    "Lower the learning rate or clip the gradient; the run up to here is kept.",
  );
}

function endlessError(episode: number, steps: number): UserError {
  return new UserError(
    "endless_episode",
    `Episode ${episode} has not ended after ${steps} steps and fills the memory.`,
    "The policy no longer reaches an end: lower the learning rate; the run up to here is kept.",
  );
}

interface Columns {
  readonly observations: Float64Array;
  readonly actions: Float64Array;
  readonly rewards: Float64Array;
  readonly time: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly episodes: Float64Array;
}

function createColumns(capacity: number, observationSize: number, actionSize: number): Columns {
  return {
    observations: new Float64Array(capacity * observationSize),
    actions: new Float64Array(capacity * actionSize),
    rewards: new Float64Array(capacity),
    time: new Float64Array(capacity),
    terminated: new Uint8Array(capacity),
    truncated: new Uint8Array(capacity),
    episodes: new Float64Array(capacity),
  };
}

function growColumns(old: Columns, capacity: number, observationSize: number, actionSize: number): Columns {
  const grown = createColumns(capacity, observationSize, actionSize);
  grown.observations.set(old.observations);
  grown.actions.set(old.actions);
  grown.rewards.set(old.rewards);
  grown.time.set(old.time);
  grown.terminated.set(old.terminated);
  grown.truncated.set(old.truncated);
  grown.episodes.set(old.episodes);
  return grown;
}
