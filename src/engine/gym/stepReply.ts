import { expectNumbers } from "./frames.ts";
import type { RemoteSteps } from "./remote.ts";

const terminatedFlag = 1;
const truncatedFlag = 2;
const fakeFlag = 4;
/** Numbers before the observation in a row: reward, flags, clipped. */
export const figures = 3;

/** The columns that a step's reply is read into; made once, since a reply comes with every step. */
export class StepReply implements RemoteSteps {
  readonly observations: Float64Array;
  readonly rewards: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly fake: Uint8Array;
  readonly clipped: Uint8Array;
  begun = 0;
  firsts: Float64Array = new Float64Array(0);
  readonly #observationSize: number;

  /** Room for `count` environments. */
  constructor(count: number, observationSize: number) {
    this.observations = new Float64Array(count * observationSize);
    this.rewards = new Float64Array(count);
    this.terminated = new Uint8Array(count);
    this.truncated = new Uint8Array(count);
    this.fake = new Uint8Array(count);
    this.clipped = new Uint8Array(count);
    this.#observationSize = observationSize;
  }

  /**
   * Reads the rows of `k` environments, and what those see first that began an episode: as many as ended, at most `most`.
   * Throws RangeError where the reply is not so long.
   */
  read(numbers: Float64Array, k: number, most: number): void {
    const size = this.#observationSize;
    const width = figures + size;
    if (numbers.length < k * width) expectNumbers(numbers, k * width);
    for (let row = 0; row < k; row++) this.#readRow(numbers, row * width, row);
    this.begun = Math.min(most, this.#ended(k));
    expectNumbers(numbers, k * width + this.begun * size);
    this.firsts = numbers.subarray(k * width);
  }

  /** Whether an episode ended with that row. */
  hasEnded(row: number): boolean {
    return this.terminated[row] === 1 || this.truncated[row] === 1;
  }

  #readRow(numbers: Float64Array, from: number, row: number): void {
    const size = this.#observationSize;
    const flags = numbers[from + 1]!;
    this.rewards[row] = numbers[from]!;
    this.terminated[row] = flags & terminatedFlag ? 1 : 0;
    this.truncated[row] = flags & truncatedFlag ? 1 : 0;
    this.fake[row] = flags & fakeFlag ? 1 : 0;
    this.clipped[row] = Math.min(numbers[from + 2]!, 255);
    for (let i = 0; i < size; i++) this.observations[row * size + i] = numbers[from + figures + i]!;
  }

  #ended(k: number): number {
    let ended = 0;
    for (let row = 0; row < k; row++) if (this.hasEnded(row)) ended++;
    return ended;
  }
}
