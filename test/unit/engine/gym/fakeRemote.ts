import type { AutoresetMode, RemoteEnvironments, RemoteSteps } from "../../../../src/engine/gym/remote.ts";

/**
 * N environments whose observation is [environment, episode of that environment, step] and whose reward is the action. An
 * episode ends after `lengths(environment, episode)` steps, by a time limit where the length is odd.
 */
export class FakeRemote implements RemoteEnvironments {
  readonly count: number;
  readonly autoreset: AutoresetMode;
  /** Seeds that resets came with, in order. */
  readonly seeds: number[] = [];
  /** Which environments each round stepped. */
  readonly rounds: (readonly number[])[] = [];
  readonly #length: (environment: number, episode: number) => number;
  readonly #episode: number[];
  readonly #step: number[];
  readonly #ended: boolean[];

  constructor(
    count: number,
    length: (environment: number, episode: number) => number,
    autoreset: AutoresetMode = "Disabled",
  ) {
    this.count = count;
    this.autoreset = autoreset;
    this.#length = length;
    this.#episode = Array.from({ length: count }, () => 0);
    this.#step = Array.from({ length: count }, () => 0);
    this.#ended = Array.from({ length: count }, () => true);
  }

  async reset(indices: readonly number[], seeds: readonly number[]): Promise<Float64Array> {
    this.seeds.push(...seeds);
    for (const index of indices) if (this.#ended[index] || this.autoreset === "Disabled") this.#begin(index);
    return this.#observations(indices);
  }

  async step(
    indices: readonly number[],
    actions: Float64Array,
    seeds: readonly number[],
  ): Promise<RemoteSteps> {
    this.rounds.push([...indices]);
    const fake = indices.map((index) => this.#ended[index]! && this.autoreset === "NextStep");
    for (const [row, index] of indices.entries()) {
      if (fake[row]) this.#begin(index);
      else this.#step[index]!++;
    }
    const length = (index: number) => this.#length(index, this.#episode[index]!);
    const ends = indices.map((index, row) => !fake[row] && this.#step[index] === length(index));
    for (const [row, index] of indices.entries()) this.#ended[index] = ends[row]!;
    const flags = (of: (index: number, row: number) => boolean) =>
      Uint8Array.from(indices, (index, row) => (of(index, row) ? 1 : 0));
    const columns = {
      observations: this.#observations(indices),
      rewards: Float64Array.from(indices, (_, row) => (fake[row] ? 0 : actions[row]!)),
      terminated: flags((index, row) => ends[row]! && length(index) % 2 === 0),
      truncated: flags((index, row) => ends[row]! && length(index) % 2 === 1),
      fake: flags((_, row) => fake[row]!),
      clipped: new Uint8Array(indices.length),
    };
    const begun = indices.filter((_, row) => ends[row]).slice(0, seeds.length);
    return { ...columns, begun: begun.length, firsts: await this.reset(begun, seeds.slice(0, begun.length)) };
  }

  async close(): Promise<void> {}

  #begin(index: number): void {
    this.#episode[index]!++;
    this.#step[index] = 0;
    this.#ended[index] = false;
  }

  #observations(indices: readonly number[]): Float64Array {
    return Float64Array.from(indices.flatMap((index) => [index, this.#episode[index]!, this.#step[index]!]));
  }
}
