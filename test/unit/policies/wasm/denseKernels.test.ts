import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { kernelMemories } from "../../../../src/policies/wasm/kernelMemory.ts";
import { createGenerator } from "../../../../src/rl/randomGenerator.ts";

const createMemory = kernelMemories();
const sizes = {
  inputs: fc.integer({ min: 2, max: 7 }).map((n) => 4 * n),
  pairs: fc.integer({ min: 1, max: 9 }),
};

/** A memory of numbers in (−1, 1), with room for everything that the kernels of such a layer read and write. */
function drawn(length: number, seed: number) {
  const memory = createMemory(length);
  const generator = createGenerator(seed, "kernels");
  for (let i = 0; i < length; i++) memory.numbers[i] = 2 * generator.uniform() - 1;
  return { ...memory, at: (place: number) => memory.numbers[place]! };
}

describe("the kernels of a wide layer, against plain loops, to the last bit", () => {
  test.prop([sizes.inputs, sizes.pairs, fc.constantFrom(0, -0.5, Number.NEGATIVE_INFINITY), fc.nat()])(
    "forward gives max(floor, W x + b) and ‖x‖²",
    (inputs, pairs, floor, seed) => {
      const outputs = 2 * pairs;
      const [bias, input, output] = [
        outputs * inputs,
        outputs * (inputs + 1),
        outputs * (inputs + 1) + inputs,
      ];
      const { numbers, kernels, at } = drawn(output + outputs, seed);
      const square = kernels.forward(0, 8 * bias, 8 * input, 8 * output, inputs, outputs, floor);
      const halves = (term: (i: number) => number) =>
        [0, 1].map((first) => {
          let sum = 0;
          for (let i = first; i < inputs; i += 4) sum += term(i) + term(i + 2);
          return sum;
        }) as [number, number];
      for (let j = 0; j < outputs; j++) {
        const row = (j >> 1) * 2 * inputs + (j & 1);
        const [even, odd] = halves((i) => at(row + 2 * i) * at(input + i));
        expect(numbers[output + j]).toBe(Math.max(floor, even + odd + at(bias + j)));
      }
      const [even, odd] = halves((i) => at(input + i) ** 2);
      expect(square).toBe(even + odd);
    },
  );

  test.prop([sizes.inputs, fc.integer({ min: 1, max: 20 }), fc.nat()])(
    "weightSums gives Σ_t δ_t ⊗ h_t of two outputs",
    (inputs, steps, seed) => {
      const [deltaStride, inputStride] = [3, inputs + 1];
      const input = deltaStride * steps;
      const sums = input + inputStride * steps;
      const { kernels, at } = drawn(sums + 2 * inputs, seed);
      kernels.weightSums(0, 8 * deltaStride, 8 * input, 8 * inputStride, steps, inputs, 8 * sums);
      for (let j = 0; j < 2; j++) {
        for (let i = 0; i < inputs; i++) {
          let sum = 0;
          for (let t = 0; t < steps; t++) sum += at(t * deltaStride + j) * at(input + t * inputStride + i);
          expect(at(sums + j * inputs + i)).toBe(sum);
        }
      }
    },
  );

  test.prop([sizes.inputs, sizes.pairs, fc.constantFrom("relu", "tanh"), fc.nat()])(
    "propagate gives δ of the layer below and Σ δ²",
    (inputs, pairs, activation, seed) => {
      const outputs = 2 * pairs;
      const delta = outputs * inputs;
      const [input, to] = [delta + outputs, delta + outputs + inputs];
      const { kernels, at } = drawn(to + inputs, seed);
      const pass = activation === "relu" ? kernels.propagateRelu : kernels.propagateTanh;
      const returned = pass(0, 16 * inputs, 8 * delta, 8 * input, 8 * input, 8 * to, inputs);
      let square = 0;
      for (let i = 0; i < inputs; i++) {
        let sum = 0;
        for (let j = 0; j < outputs; j += 2) {
          const weights = j * inputs + 2 * i;
          sum += at(delta + j) * at(weights) + at(delta + j + 1) * at(weights + 1);
        }
        const h = at(input + i);
        const expected = sum * (activation === "relu" ? Number(h > 0) : 1 - h * h);
        expect(at(to + i) === expected).toBe(true);
        square += expected * expected;
      }
      expect(returned).toBe(square);
    },
  );
});
