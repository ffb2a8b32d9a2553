import type { Field, LayerPlaces } from "./memoryPlan.ts";
import { packingAt } from "./packing.ts";
import type { KernelMemory } from "./wasm/denseKernels.ts";

/** As in network.ts: the compiler folds a constant of this file, but not an imported one, into the loops. */
const indexMask = 2 ** 28 - 1;

/** Where the field of step t lies. */
export function fieldAt(field: Field, t: number): number {
  return field.start + t * field.stride;
}

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
  addBiasGradient(numbers, layer, first, count, gradient);
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

function addBiasGradient(
  memory: Float64Array,
  { bias, outputs, delta }: LayerPlaces,
  first: number,
  count: number,
  gradient: Float64Array,
): void {
  if (bias === undefined) return;
  for (let j = 0; j < outputs; j++) {
    let sum = 0;
    let d = (fieldAt(delta, first) + j) & indexMask;
    for (let t = 0; t < count; t++) {
      sum += memory[d]!;
      d = (d + delta.stride) & indexMask;
    }
    gradient[bias + j]! += sum;
  }
}

/**
 * Writes δ of the layer below, δ_i = f′(h_i) Σ_j δ_j W[j,i], for step t; f′ is [h > 0] for relu and 1 − h² for
 * tanh. @returns Σ_i δ_i².
 */
export function propagate(
  { numbers, kernels }: KernelMemory,
  layer: LayerPlaces,
  below: LayerPlaces,
  t: number,
  isRelu: boolean,
): number {
  const { packed, paddedInputs, paddedOutputs } = layer;
  const delta = fieldAt(layer.delta, t);
  const input = fieldAt(layer.input, t);
  const to = fieldAt(below.delta, t);
  if (paddedInputs === 4) {
    multiplyFour(numbers, layer, delta, to);
    return gate(numbers, input, to, paddedInputs, isRelu);
  }
  const pass = isRelu ? kernels.propagateRelu : kernels.propagateTanh;
  const deltaEnd = delta + paddedOutputs;
  return pass(8 * packed, 16 * paddedInputs, 8 * delta, 8 * deltaEnd, 8 * input, 8 * to, paddedInputs);
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
