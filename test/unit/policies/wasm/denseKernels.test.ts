import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { drawn, places } from "./support.ts";

const sizes = {
  inputs: fc.integer({ min: 2, max: 7 }).map((n) => 4 * n),
  pairs: fc.integer({ min: 1, max: 9 }),
  rows: fc.integer({ min: 1, max: 5 }),
};
const floors = fc.constantFrom(0, -0.5, Number.NEGATIVE_INFINITY);

/** Σ over the inputs as the kernels of wide layers take it: 0, 2 (mod 4) and 1, 3 apart. */
function halves(inputs: number, term: (i: number) => number): number {
  const [even, odd] = [0, 1].map((first) => {
    let sum = 0;
    for (let i = first; i < inputs; i += 4) sum += term(i) + term(i + 2);
    return sum;
  }) as [number, number];
  return even + odd;
}

describe("the kernels of a layer, against plain loops, to the last bit", () => {
  test.prop([sizes.inputs, sizes.pairs, sizes.rows, floors, fc.nat()])(
    "forward gives max(floor, W x + b) and ‖x‖² of every row",
    (inputs, pairs, rows, floor, seed) => {
      const outputs = 2 * pairs;
      const { take } = places();
      const [weights, bias] = [take(outputs * inputs), take(outputs)];
      const [inputStride, outputStride, squareStride] = [inputs + 3, outputs + 1, 2];
      const [input, output] = [take(rows * inputStride), take(rows * outputStride)];
      const square = take(rows * squareStride);
      const { numbers, kernels, at } = drawn(take(0), seed);
      kernels.forward(
        8 * weights,
        8 * bias,
        8 * input,
        8 * inputStride,
        8 * output,
        8 * outputStride,
        8 * square,
        8 * squareStride,
        rows,
        inputs,
        outputs,
        floor,
      );
      for (let row = 0; row < rows; row++) {
        const x = input + row * inputStride;
        for (let j = 0; j < outputs; j++) {
          const w = weights + (j >> 1) * 2 * inputs + (j & 1);
          const sum = halves(inputs, (i) => at(w + 2 * i) * at(x + i)) + at(bias + j);
          expect(numbers[output + row * outputStride + j]).toBe(Math.max(floor, sum));
        }
        expect(at(square + row * squareStride)).toBe(halves(inputs, (i) => at(x + i) ** 2));
      }
    },
  );

  test.prop([sizes.pairs, sizes.rows, floors, fc.nat()])(
    "forwardFour gives the same of four inputs",
    (pairs, rows, floor, seed) => {
      const outputs = 2 * pairs;
      const { take } = places();
      const [weights, input] = [take(10 * pairs), take(6 * rows)];
      const [outputStride, output] = [outputs + 1, take(rows * (outputs + 1))];
      const square = take(rows);
      const { kernels, at } = drawn(take(0), seed);
      kernels.forwardFour(
        8 * weights,
        8 * input,
        8 * 6,
        8 * output,
        8 * outputStride,
        8 * square,
        8,
        rows,
        outputs,
        floor,
      );
      const four = (f: (n: number) => number) => f(0) + f(1) + (f(2) + f(3));
      for (let row = 0; row < rows; row++) {
        const x = input + 6 * row;
        for (let j = 0; j < outputs; j++) {
          const w = weights + (j >> 1) * 10 + (j & 1);
          const sum = at(w) + four((n) => at(w + 2 + 2 * n) * at(x + n));
          expect(at(output + row * outputStride + j)).toBe(Math.max(floor, sum));
        }
        expect(at(square + row)).toBe(four((n) => at(x + n) ** 2));
      }
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

  test.prop([sizes.pairs, fc.integer({ min: 1, max: 20 }), fc.nat()])(
    "deltaSums gives Σ_t δ_t of every output",
    (pairs, steps, seed) => {
      const outputs = 2 * pairs;
      const stride = outputs + 1;
      const sums = stride * steps;
      const { kernels, at } = drawn(sums + outputs, seed);
      kernels.deltaSums(0, 8 * stride, steps, outputs, 8 * sums);
      for (let j = 0; j < outputs; j++) {
        let sum = 0;
        for (let t = 0; t < steps; t++) sum += at(t * stride + j);
        expect(at(sums + j)).toBe(sum);
      }
    },
  );

  test.prop([sizes.inputs, sizes.pairs, sizes.rows, fc.constantFrom("relu", "tanh"), fc.nat()])(
    "propagate gives δ of the layer below and Σ δ² of every step",
    (inputs, pairs, steps, activation, seed) => {
      const outputs = 2 * pairs;
      const { take } = places();
      const [deltaStride, stride] = [outputs + 1, inputs + 5];
      const [weights, delta] = [take(outputs * inputs), take(steps * deltaStride)];
      const [input, to, squares] = [take(steps * stride), take(steps * stride), take(steps)];
      const { kernels, at } = drawn(take(0), seed);
      const pass = activation === "relu" ? kernels.propagateRelu : kernels.propagateTanh;
      pass(
        8 * weights,
        16 * inputs,
        8 * delta,
        8 * deltaStride,
        8 * outputs,
        8 * input,
        8 * to,
        8 * stride,
        8 * squares,
        8,
        steps,
        inputs,
      );
      for (let t = 0; t < steps; t++) {
        const d = delta + t * deltaStride;
        let square = 0;
        for (let i = 0; i < inputs; i++) {
          let sum = 0;
          for (let j = 0; j < outputs; j += 2) {
            const w = weights + j * inputs + 2 * i;
            sum += at(d + j) * at(w) + at(d + j + 1) * at(w + 1);
          }
          const h = at(input + t * stride + i);
          const expected = sum * (activation === "relu" ? Number(h > 0) : 1 - h * h);
          expect(at(to + t * stride + i) === expected).toBe(true);
          square += expected * expected;
        }
        expect(at(squares + t)).toBe(square);
      }
    },
  );
});
