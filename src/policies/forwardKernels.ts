import type { LayerPlaces } from "./memoryPlan.ts";

/** As in network.ts: the compiler folds a constant of this file, but not an imported one, into the loops. */
const indexMask = 2 ** 28 - 1;

/**
 * Writes max(floor, W x + b) to `output` for x at `input`; returns ‖x‖². `packed` is where W and b lie (see
 * `packingAt`), `floor` where the floor lies. Sums run in an order that depends on the layer's sizes only, so
 * acting row by row and computing a whole batch give the same bits.
 */
export function forwardLayer(
  memory: Float64Array,
  layer: LayerPlaces,
  packed: number,
  input: number,
  output: number,
  floor: number,
): number {
  const { paddedInputs, paddedOutputs } = layer;
  if (paddedInputs === 4) return forwardFour(memory, packed, input, output, paddedOutputs, floor);
  const bias = packed + paddedOutputs * paddedInputs;
  let square = 0;
  for (let j = 0; j < paddedOutputs; j += 2) {
    const weights = packed + j * paddedInputs;
    square = forwardPair(memory, weights, paddedInputs, bias + j, input, output + j, floor);
  }
  return square;
}

/** Any multiple of 4 outputs of 4 inputs. */
function forwardFour(
  memory: Float64Array,
  weights: number,
  input: number,
  output: number,
  outputs: number,
  floorPlace: number,
): number {
  const x0 = memory[input]!;
  const x1 = memory[input + 1]!;
  const x2 = memory[input + 2]!;
  const x3 = memory[input + 3]!;
  const floor = memory[floorPlace]!;
  let w = weights & indexMask;
  let y = output & indexMask;
  const end = (output + outputs) & indexMask;
  while (y < end) {
    const a =
      memory[w]! + (memory[w + 1]! * x0 + memory[w + 2]! * x1 + (memory[w + 3]! * x2 + memory[w + 4]! * x3));
    const b =
      memory[w + 5]! +
      (memory[w + 6]! * x0 + memory[w + 7]! * x1 + (memory[w + 8]! * x2 + memory[w + 9]! * x3));
    const c =
      memory[w + 10]! +
      (memory[w + 11]! * x0 + memory[w + 12]! * x1 + (memory[w + 13]! * x2 + memory[w + 14]! * x3));
    const d =
      memory[w + 15]! +
      (memory[w + 16]! * x0 + memory[w + 17]! * x1 + (memory[w + 18]! * x2 + memory[w + 19]! * x3));
    memory[y] = a < floor ? floor : a;
    memory[y + 1] = b < floor ? floor : b;
    memory[y + 2] = c < floor ? floor : c;
    memory[y + 3] = d < floor ? floor : d;
    w = (w + 20) & indexMask;
    y = (y + 4) & indexMask;
  }
  return x0 * x0 + x1 * x1 + (x2 * x2 + x3 * x3);
}

/** Two outputs of any multiple of 4 inputs; ‖x‖² comes along, since x is at hand. */
function forwardPair(
  memory: Float64Array,
  weights: number,
  inputs: number,
  bias: number,
  input: number,
  output: number,
  floorPlace: number,
): number {
  let a0 = 0;
  let a1 = 0;
  let b0 = 0;
  let b1 = 0;
  let square0 = 0;
  let square1 = 0;
  let w = weights & indexMask;
  let x = input & indexMask;
  const end = (input + inputs) & indexMask;
  while (x < end) {
    const x0 = memory[x]!;
    const x1 = memory[x + 1]!;
    const x2 = memory[x + 2]!;
    const x3 = memory[x + 3]!;
    a0 += memory[w]! * x0 + memory[w + 4]! * x2;
    b0 += memory[w + 1]! * x0 + memory[w + 5]! * x2;
    a1 += memory[w + 2]! * x1 + memory[w + 6]! * x3;
    b1 += memory[w + 3]! * x1 + memory[w + 7]! * x3;
    square0 += x0 * x0 + x2 * x2;
    square1 += x1 * x1 + x3 * x3;
    w = (w + 8) & indexMask;
    x = (x + 4) & indexMask;
  }
  const floor = memory[floorPlace]!;
  const a = a0 + a1 + memory[bias]!;
  const b = b0 + b1 + memory[bias + 1]!;
  memory[output] = a < floor ? floor : a;
  memory[output + 1] = b < floor ? floor : b;
  return square0 + square1;
}

/** tanh of `count` numbers in place. */
export function applyTanh(memory: Float64Array, start: number, count: number): void {
  for (let i = start; i < start + count; i++) memory[i] = Math.tanh(memory[i]!);
}
