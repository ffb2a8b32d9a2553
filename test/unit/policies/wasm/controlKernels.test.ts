import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { type Drawn, drawn, places } from "./support.ts";

const sizes = { pairs: fc.integer({ min: 1, max: 6 }), steps: fc.integer({ min: 1, max: 7 }) };
const headStride = 9;

/** A drawn control policy: its places, its numbers by name, and its hidden activations, about half of them 0. */
function drawControl(pairs: number, steps: number, seed: number) {
  const { take } = places();
  const units = 2 * pairs;
  const stride = units + 1;
  const [packed, gradient] = [take(14 * pairs + 2), take(14 * pairs + 2)];
  const [heads, hidden] = [take(headStride * steps), take(stride * steps)];
  const memory = drawn(take(0), seed);
  for (let i = hidden; i < hidden + stride * steps; i++) memory.numbers[i] = Math.max(0, memory.at(i));
  const field = (at: Drawn["at"], start: number) => ({
    number: (j: number, n: number) => at(start + (j >> 1) * 14 + 2 * n + (j & 1)),
    logitBias: (k: number) => at(start + 14 * pairs + k),
  });
  // Kernels write over what they read: what is expected comes from the numbers before.
  const before = memory.numbers.slice();
  const was = (place: number) => before[place]!;
  return {
    memory,
    units,
    stride,
    packed,
    gradient,
    heads,
    hidden,
    theta: field(was, packed),
    given: field(was, gradient),
    got: field(memory.at, gradient),
    input: (t: number, n: number) => was(heads + t * headStride + 3 + n),
    delta: (t: number, k: number) => was(heads + t * headStride + 1 + k),
    h: (t: number, j: number) => was(hidden + t * stride + j),
    gathered: (t: number) => was(heads + t * headStride),
    head: (t: number, n: number) => memory.at(heads + t * headStride + n),
  };
}

type Control = ReturnType<typeof drawControl>;

function deltaOf({ theta, delta, h }: Control, t: number, j: number): number {
  return h(t, j) > 0 ? theta.number(j, 5) * delta(t, 0) + theta.number(j, 6) * delta(t, 1) : 0;
}

describe("the kernels of a control network, against plain loops, to the last bit", () => {
  test.prop([sizes.pairs, sizes.steps, fc.nat()])(
    "forward gives h, the logits and ‖h‖²",
    (pairs, steps, seed) => {
      const one = drawControl(pairs, steps, seed);
      const { memory, units, packed, heads, hidden, stride, theta, input, head } = one;
      memory.kernels.controlForward(
        8 * packed,
        units,
        8 * heads,
        8 * headStride,
        8 * hidden,
        8 * stride,
        steps,
      );
      for (let t = 0; t < steps; t++) {
        const product = (j: number, n: number) => theta.number(j, 1 + n) * input(t, n);
        const unit = (j: number) =>
          Math.max(0, theta.number(j, 0) + (product(j, 0) + product(j, 1) + (product(j, 2) + product(j, 3))));
        const sum = (term: (j: number) => number) => {
          let [even, odd] = [0, 0];
          for (let j = 0; j < units; j += 2) {
            even += term(j);
            odd += term(j + 1);
          }
          return even + odd;
        };
        for (let j = 0; j < units; j++) expect(memory.at(hidden + t * stride + j) === unit(j)).toBe(true);
        for (const k of [0, 1])
          expect(head(t, 1 + k)).toBe(sum((j) => theta.number(j, 5 + k) * unit(j)) + theta.logitBias(k));
        expect(head(t, 7)).toBe(sum((j) => unit(j) ** 2));
      }
    },
  );

  test.prop([sizes.pairs, sizes.steps, fc.nat()])(
    "backward adds the gradient of every unit, and its δ² to the steps",
    (pairs, steps, seed) => {
      const one = drawControl(pairs, steps, seed);
      const { memory, units, packed, gradient, heads, hidden, stride, given, got, input, delta, h } = one;
      memory.kernels.controlBackward(
        8 * packed,
        units,
        8 * heads,
        8 * headStride,
        8 * hidden,
        8 * stride,
        steps,
        8 * gradient,
      );
      for (let j = 0; j < units; j++) {
        const sumOf = (term: (t: number) => number) => {
          let sum = 0;
          for (let t = 0; t < steps; t++) sum += term(t);
          return sum;
        };
        const terms = [
          (t: number) => deltaOf(one, t, j),
          ...[0, 1, 2, 3].map((n) => (t: number) => deltaOf(one, t, j) * input(t, n)),
          ...[0, 1].map((k) => (t: number) => delta(t, k) * h(t, j)),
        ];
        for (const [n, term] of terms.entries())
          expect(got.number(j, n)).toBe(given.number(j, n) + sumOf(term));
      }
      for (let t = 0; t < steps; t++) {
        let square = one.gathered(t);
        for (let j = 0; j < units; j++) square += deltaOf(one, t, j) ** 2;
        expect(one.head(t, 0)).toBe(square);
      }
    },
  );

  test.prop([sizes.pairs, sizes.steps, fc.nat()])("project gives g_t · g", (pairs, steps, seed) => {
    const one = drawControl(pairs, steps, seed);
    const { memory, units, packed, gradient, heads, hidden, stride, given, input, delta, h } = one;
    memory.kernels.controlProject(
      8 * packed,
      8 * gradient,
      units,
      8 * heads,
      8 * headStride,
      8 * hidden,
      8 * stride,
      steps,
    );
    for (let t = 0; t < steps; t++) {
      let sum = delta(t, 0) * given.logitBias(0) + delta(t, 1) * given.logitBias(1);
      for (let j = 0; j < units; j++) {
        let slope = given.number(j, 0);
        for (let n = 0; n < 4; n++) slope += given.number(j, 1 + n) * input(t, n);
        sum += deltaOf(one, t, j) * slope;
        sum += h(t, j) * (given.number(j, 5) * delta(t, 0) + given.number(j, 6) * delta(t, 1));
      }
      expect(one.head(t, 0)).toBe(sum);
    }
  });
});

test("no rows at all leave everything as it is", () => {
  const { numbers, kernels } = drawn(64, 1);
  const before = numbers.slice();
  kernels.tanh(0, 8, 0, 2);
  kernels.forwardFour(0, 0, 8, 0, 8, 0, 8, 0, 2, 0);
  kernels.controlForward(0, 2, 0, 8, 0, 8, 0);
  kernels.controlProject(0, 0, 2, 0, 8, 0, 8, 0);
  kernels.packColumn(0, 8, 64, 0);
  kernels.sgd(0, 64, 0, 1, 1);
  expect(numbers).toEqual(before);
});
