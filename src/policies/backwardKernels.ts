import { type Field, fieldAt, type LayerPlaces } from "./memoryPlan.ts";
import { packingAt } from "./packing.ts";
import type { KernelMemory } from "./wasm/kernelMemory.ts";

/** As in network.ts: the compiler folds a constant of this file, but not an imported one, into the loops. */
const indexMask = 2 ** 28 - 1;

/** Adds Σ_t δ_t ⊗ h_t and Σ_t δ_t of one layer, over `count` steps from `first`, to the flat gradient. `sums` is scratch space. */
export function addWeightGradient(
  { numbers, kernels }: KernelMemory,
  layer: LayerPlaces,
  sums: number,
  first: number,
  count: number,
  gradient: Float64Array,
): void {
  const { delta, input, inputs, outputs, paddedInputs, weights } = layer;
  const deltas = 8 * fieldAt(delta, first);
  const observed = 8 * fieldAt(input, first);
  // Outputs are filled up to pairs, so that the second δ exists; where W has no row for it, its sums are left.
  for (let j = 0; j < outputs; j += 2) {
    kernels.weightSums(
      deltas + 8 * j,
      8 * delta.stride,
      observed,
      8 * input.stride,
      count,
      paddedInputs,
      8 * sums,
    );
    addRow(numbers, sums, inputs, gradient, weights + j * inputs);
    if (j + 1 < outputs) addRow(numbers, sums + paddedInputs, inputs, gradient, weights + (j + 1) * inputs);
  }
  if (layer.bias === undefined) return;
  kernels.deltaSums(deltas, 8 * delta.stride, count, outputs + (outputs % 2), 8 * sums);
  addRow(numbers, sums, outputs, gradient, layer.bias);
}

function addRow(
  numbers: Float64Array,
  from: number,
  count: number,
  gradient: Float64Array,
  to: number,
): void {
  for (let i = 0; i < count; i++) gradient[to + i]! += numbers[from + i]!;
}

/**
 * Writes δ of the layer below, δ_i = f′(h_i) Σ_j δ_j W[j,i], for steps `first` … `first` + `count` − 1, and Σ_i δ_i² to
 * `squares`; f′ is [h > 0] for relu and 1 − h² for tanh.
 */
export function propagate(
  { numbers, kernels }: KernelMemory,
  layer: LayerPlaces,
  below: LayerPlaces,
  squares: Field,
  first: number,
  count: number,
  isRelu: boolean,
): void {
  const { packed, paddedInputs, paddedOutputs } = layer;
  if (paddedInputs === 4) {
    for (let t = first; t < first + count; t++) {
      const to = fieldAt(below.delta, t);
      multiplyFour(numbers, layer, fieldAt(layer.delta, t), to);
      numbers[fieldAt(squares, t)] = gate(numbers, fieldAt(layer.input, t), to, paddedInputs, isRelu);
    }
    return;
  }
  const pass = isRelu ? kernels.propagateRelu : kernels.propagateTanh;
  pass(
    8 * packed,
    16 * paddedInputs,
    8 * fieldAt(layer.delta, first),
    8 * layer.delta.stride,
    8 * paddedOutputs,
    8 * fieldAt(layer.input, first),
    8 * fieldAt(below.delta, first),
    8 * below.delta.stride,
    8 * fieldAt(squares, first),
    8 * squares.stride,
    count,
    paddedInputs,
  );
}

/** Σ_j δ_j W[j,i] for a layer of at most 4 inputs. */
function multiplyFour(memory: Float64Array, layer: LayerPlaces, delta: number, to: number): void {
  const { weight } = packingAt(layer.packed, layer);
  for (let i = 0; i < layer.inputs; i++) {
    let sum = 0;
    for (let j = 0; j < layer.outputs; j++) sum += memory[delta + j]! * memory[weight(j, i)]!;
    memory[to + i] = sum;
  }
}

/** Multiplies by the activation's slope at h; returns the sum of squares. */
function gate(memory: Float64Array, input: number, to: number, count: number, isRelu: boolean): number {
  let square = 0;
  let h = input & indexMask;
  let d = to & indexMask;
  for (let i = 0; i < count; i++) {
    const value = memory[h]!;
    const slope = isRelu ? (value > 0 ? 1 : 0) : 1 - value * value;
    const product = memory[d]! * slope;
    memory[d] = product;
    square += product * product;
    h = (h + 1) & indexMask;
    d = (d + 1) & indexMask;
  }
  return square;
}
