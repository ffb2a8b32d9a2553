import type { Environment, EnvironmentRecord } from "../environments/environment.ts";
import { actionSize, outputCount } from "../environments/spaces.ts";
import { reachesTimeLimit } from "../environments/timeLimit.ts";
import type { Batch } from "../rl/batch.ts";
import { cutByBatch, cutByTimeLimit } from "../rl/episodeEnds.ts";
import type { Generator } from "../rl/generator.ts";
import type { Act, Collector } from "./collector.ts";
import { type Columns, createColumns, viewColumns } from "./columns.ts";
import { divergedError } from "./rolloutErrors.ts";

/** One of the environments side by side, and where its episode stands. */
interface Place {
  readonly environment: Environment;
  readonly observation: Float64Array;
  inEpisode: boolean;
  time: number;
  return: number;
  episode: number;
}

/** Numbers of a place's state before its observation and the environment's own state. */
const placeNumbers = 4;

/**
 * Steps N environments side by side, T steps each, whether episodes end or go on. Row e·T + t is step t of environment e,
 * so that each environment's steps follow each other; time goes on from batch to batch within an episode. Where the batch
 * cuts an episode, and where a time limit does, the observation that follows is kept for a value head.
 */
export class SteppedRollout implements Collector {
  readonly returns: number[] = [];
  readonly #places: readonly Place[];
  readonly #record: EnvironmentRecord;
  readonly #generator: Generator;
  readonly #sizes: { observationSize: number; actionSize: number; actionCount: number };
  readonly #finals = new Map<number, Float64Array>();
  #columns: Columns;
  #capacity = 0;
  /** Steps of each environment in this batch, and how many of all have been taken. */
  #stepsEach = 0;
  #taken = 0;
  #episodesStarted = 0;

  constructor(record: EnvironmentRecord, generator: Generator, count: number) {
    this.#record = record;
    this.#generator = generator;
    this.#places = Array.from({ length: count }, () => {
      const environment = record.create();
      const observation = new Float64Array(environment.observationSpace.low.length);
      return { environment, observation, inEpisode: false, time: 0, return: 0, episode: 0 };
    });
    const { observationSpace, actionSpace } = this.#places[0]!.environment;
    this.#sizes = {
      observationSize: observationSpace.low.length,
      actionSize: actionSize(actionSpace),
      actionCount: outputCount(actionSpace),
    };
    this.#columns = createColumns(0, this.#sizes.observationSize, this.#sizes.actionSize);
  }

  clear(): void {
    this.#taken = 0;
    this.returns.length = 0;
    this.#finals.clear();
  }

  collect(amount: number, act: Act, budget: number): boolean {
    this.#reserve(amount);
    const count = this.#places.length;
    const end = Math.min(count * amount, this.#taken + budget);
    while (this.#taken < end) {
      const place = this.#places[this.#taken % count]!;
      const t = Math.floor(this.#taken / count);
      this.#step(place, (this.#taken % count) * amount + t, t === amount - 1, act);
      this.#taken++;
    }
    return this.#taken === count * amount;
  }

  batch(): Batch {
    const steps = this.#places.length * this.#stepsEach;
    const { observationSize } = this.#sizes;
    const rows = [...this.#finals.keys()].sort((a, b) => a - b);
    const finalObservations = new Float64Array(rows.length * observationSize);
    for (const [n, row] of rows.entries()) finalObservations.set(this.#finals.get(row)!, n * observationSize);
    return { ...viewColumns(this.#columns, steps, this.#sizes), finalObservations };
  }

  state(): Float64Array {
    const states = this.#places.map(({ environment }) => environment.state());
    const size = placeNumbers + this.#sizes.observationSize + states[0]!.length;
    const numbers = new Float64Array(1 + size * states.length);
    numbers[0] = this.#episodesStarted;
    for (let index = 0; index < states.length; index++) {
      const { inEpisode, time, return: sum, episode, observation } = this.#places[index]!;
      const from = 1 + index * size;
      numbers[from] = inEpisode ? 1 : 0;
      numbers[from + 1] = time;
      numbers[from + 2] = sum;
      numbers[from + 3] = episode;
      numbers.set(observation, from + placeNumbers);
      numbers.set(states[index]!, from + placeNumbers + observation.length);
    }
    return numbers;
  }

  /** The generator's own state is restored after this: a reset here ties the environments to it. */
  restore(state: Float64Array): void {
    this.clear();
    this.#episodesStarted = state[0] ?? 0;
    const size = (state.length - 1) / this.#places.length;
    for (const [index, place] of this.#places.entries()) {
      place.inEpisode = false;
      if (state.length > 1)
        this.#restorePlace(place, state.subarray(1 + index * size, 1 + (index + 1) * size));
    }
  }

  #restorePlace(place: Place, numbers: Float64Array): void {
    const { observation, environment } = place;
    const [inEpisode, time, sum, episode] = numbers as unknown as [number, number, number, number];
    environment.reset(this.#generator, observation, 0);
    place.inEpisode = inEpisode === 1;
    place.time = time;
    place.return = sum;
    place.episode = episode;
    const seen = placeNumbers + observation.length;
    if (place.inEpisode) environment.restore([...numbers.subarray(seen)], observation, 0);
    observation.set(numbers.subarray(placeNumbers, seen));
  }

  #step(place: Place, row: number, isLast: boolean, act: Act): void {
    if (!place.inEpisode) this.#start(place);
    const { observation, environment } = place;
    const { observationSize, actionSize: width } = this.#sizes;
    const columns = this.#columns;
    columns.observations.set(observation, row * observationSize);
    if (!act(columns.observations, row, columns.actions)) throw divergedError(place.episode);
    columns.rewards[row] = environment.step(columns.actions, row * width, observation, 0);
    columns.time[row] = place.time;
    columns.episodes[row] = place.episode;
    place.return += columns.rewards[row]!;
    place.time++;
    this.#end(place, row, isLast);
  }

  #end(place: Place, row: number, isLast: boolean): void {
    const { terminated } = place.environment;
    const truncated = reachesTimeLimit(place.time, this.#record.timeLimit);
    const isCut = isLast && !terminated && !truncated;
    this.#columns.terminated[row] = terminated ? 1 : 0;
    this.#columns.truncated[row] = truncated ? cutByTimeLimit : isCut ? cutByBatch : 0;
    if (!terminated && (truncated || isCut)) this.#finals.set(row, place.observation.slice());
    if (!terminated && !truncated) return;
    this.returns.push(place.return);
    place.inEpisode = false;
  }

  #start(place: Place): void {
    place.environment.reset(this.#generator, place.observation, 0);
    place.inEpisode = true;
    place.time = 0;
    place.return = 0;
    place.episode = ++this.#episodesStarted;
  }

  #reserve(stepsEach: number): void {
    this.#stepsEach = stepsEach;
    const rows = this.#places.length * stepsEach;
    if (rows <= this.#capacity) return;
    this.#capacity = rows;
    this.#columns = createColumns(rows, this.#sizes.observationSize, this.#sizes.actionSize);
  }
}
