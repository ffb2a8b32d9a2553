import { type KernelMemory, kernelMemories } from "../../../../src/policies/wasm/kernelMemory.ts";
import { createGenerator } from "../../../../src/rl/randomGenerator.ts";

const createMemory = kernelMemories();

export interface Drawn extends KernelMemory {
  readonly at: (place: number) => number;
}

/** A memory of numbers in (−1, 1), with room for everything that the kernels of such a layer read and write. */
export function drawn(length: number, seed: number): Drawn {
  const memory = createMemory(length);
  const generator = createGenerator(seed, "kernels");
  for (let i = 0; i < length; i++) memory.numbers[i] = 2 * generator.uniform() - 1;
  return { ...memory, at: (place) => memory.numbers[place]! };
}

/** Gives the places of fields that follow each other, in doubles; a field of 0 lies at the end of them all. */
export function places() {
  let length = 0;
  const take = (count: number): number => {
    length += count;
    return length - count;
  };
  return { take };
}
