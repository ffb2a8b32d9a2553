import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { JumpableRandomGenerator } from "pure-rand/types/JumpableRandomGenerator";
import type { Generator } from "./generator.ts";

const two26 = 2 ** 26;
const twoToMinus53 = 2 ** -53;

/**
 * Generator over xoroshiro128+ (Blackman & Vigna, 2018). A uniform number takes the upper 27 and 26 bits
 * of two 32-bit outputs, so that the weak lowest bits are never used. The state is four 32-bit integers.
 */
export class RandomGenerator implements Generator {
  #source: JumpableRandomGenerator;

  constructor(state: readonly number[]) {
    this.#source = xoroshiro128plusFromState(state);
  }

  uniform(): number {
    const high = this.#source.next() >>> 5;
    const low = this.#source.next() >>> 6;
    return (high * two26 + low) * twoToMinus53;
  }

  state(): readonly number[] {
    return this.#source.getState();
  }

  restore(state: readonly number[]): void {
    this.#source = xoroshiro128plusFromState(state);
  }
}

/**
 * The generator of one purpose ("parameters", "environment", "actions", …) of a run. Streams of different
 * purposes or seeds start from unrelated states, so adding a consumer never shifts the numbers of another.
 * @param seed any safe integer; throws a RangeError otherwise.
 */
export function createGenerator(seed: number, purpose: string): RandomGenerator {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a safe integer, not ${seed}`);
  const key = `${purpose}\u0000${seed}`;
  return new RandomGenerator([1, 2, 3, 4].map((word) => hash(key, word)));
}

/** A 32-bit hash of a text: the mixing steps of MurmurHash3 (Appleby), one UTF-16 unit a block. */
function hash(text: string, seed: number): number {
  let state = seed;
  for (let index = 0; index < text.length; index++) {
    const unit = Math.imul(rotate(Math.imul(text.charCodeAt(index), 0xcc9e2d51), 15), 0x1b873593);
    state = (Math.imul(rotate(state ^ unit, 13), 5) + 0xe6546b64) | 0;
  }
  state ^= text.length;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return state ^ (state >>> 16);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
