import type { LayerPlaces } from "./memoryPlan.ts";
import type { KernelMemory } from "./wasm/denseKernels.ts";

/** As in network.ts: the compiler folds a constant of this file, but not an imported one, into the loops. */
const indexMask = 2 ** 28 - 1;

/**
 * Writes max(floor, W x + b) to `output` for x at `input`; returns ‖x‖². `packed` is where W and b lie (see
 * `packingAt`), `floor` where the floor lies. Sums run in an order that depends on the layer's sizes only, so
 * acting row by row and computing a whole batch give the same bits.
 */
export function forwardLayer(
  { numbers, kernels }: KernelMemory,
  layer: LayerPlaces,
  packed: number,
  input: number,
  output: number,
  floor: number,
): number {
  const { paddedInputs, paddedOutputs } = layer;
  if (paddedInputs === 4) return forwardFour(numbers, packed, input, output, paddedOutputs, floor);
  const bias = packed + paddedOutputs * paddedInputs;
  return kernels.forward(
    8 * packed,
    8 * bias,
    8 * input,
    8 * output,
    paddedInputs,
    paddedOutputs,
    numbers[floor]!,
  );
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

/** tanh of `count` numbers in place. */
export function applyTanh(memory: Float64Array, start: number, count: number): void {
  for (let i = start; i < start + count; i++) memory[i] = Math.tanh(memory[i]!);
}
