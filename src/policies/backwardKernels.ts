import type { Field, LayerPlaces } from "./memoryPlan.ts";
import { packingAt } from "./packing.ts";

/** As in network.ts: the compiler folds a constant of this file, but not an imported one, into the loops. */
const indexMask = 2 ** 28 - 1;

/** Where the field of step t lies. */
export function fieldAt(field: Field, t: number): number {
  return field.start + t * field.stride;
}

/** Adds Σ_t δ_t ⊗ h_t and Σ_t δ_t of one layer, over `count` steps from `first`, to the flat gradient. */
export function addWeightGradient(
  memory: Float64Array,
  layer: LayerPlaces,
  first: number,
  count: number,
  gradient: Float64Array,
): void {
  for (let j = 0; j < layer.outputs; j++) {
    for (let i = 0; i < layer.inputs; i += 4) addFour(memory, layer, first, count, gradient, j, i);
  }
  addBiasGradient(memory, layer, first, count, gradient);
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

function addFour(
  memory: Float64Array,
  layer: LayerPlaces,
  first: number,
  count: number,
  gradient: Float64Array,
  output: number,
  firstInput: number,
): void {
  let g0 = 0;
  let g1 = 0;
  let g2 = 0;
  let g3 = 0;
  const deltaStride = layer.delta.stride;
  const inputStride = layer.input.stride;
  let d = (fieldAt(layer.delta, first) + output) & indexMask;
  let x = (fieldAt(layer.input, first) + firstInput) & indexMask;
  for (let t = 0; t < count; t++) {
    const e = memory[d]!;
    g0 += e * memory[x]!;
    g1 += e * memory[x + 1]!;
    g2 += e * memory[x + 2]!;
    g3 += e * memory[x + 3]!;
    d = (d + deltaStride) & indexMask;
    x = (x + inputStride) & indexMask;
  }
  addUpTo(
    gradient,
    layer.weights + output * layer.inputs + firstInput,
    layer.inputs - firstInput,
    g0,
    g1,
    g2,
    g3,
  );
}

/** Adds the first min(count, 4) of four numbers to consecutive places. */
function addUpTo(
  to: Float64Array,
  place: number,
  count: number,
  g0: number,
  g1: number,
  g2: number,
  g3: number,
): void {
  to[place]! += g0;
  if (count > 1) to[place + 1]! += g1;
  if (count > 2) to[place + 2]! += g2;
  if (count > 3) to[place + 3]! += g3;
}

/**
 * Writes δ of the layer below, δ_i = f′(h_i) Σ_j δ_j W[j,i], for step t; f′ is [h > 0] for relu and 1 − h² for
 * tanh. @returns Σ_i δ_i².
 */
export function propagate(
  memory: Float64Array,
  layer: LayerPlaces,
  below: LayerPlaces,
  t: number,
  isRelu: boolean,
): number {
  const delta = fieldAt(layer.delta, t);
  const input = fieldAt(layer.input, t);
  const to = fieldAt(below.delta, t);
  const multiply = layer.paddedInputs === 4 ? multiplyFour : multiplyWide;
  multiply(memory, layer, delta, to);
  return gate(memory, input, to, layer.paddedInputs, isRelu);
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

/** Σ_j δ_j W[j,i] for a wider layer, two outputs and four inputs at a time. */
function multiplyWide(memory: Float64Array, layer: LayerPlaces, delta: number, to: number): void {
  const { packed, paddedInputs, paddedOutputs } = layer;
  const pairStride = 2 * paddedInputs;
  const end = delta + paddedOutputs;
  for (let i = 0; i < paddedInputs; i += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let w = (packed + 2 * i) & indexMask;
    for (let d = delta & indexMask; d < end; d = (d + 2) & indexMask) {
      const e = memory[d]!;
      const f = memory[d + 1]!;
      s0 += e * memory[w]! + f * memory[w + 1]!;
      s1 += e * memory[w + 2]! + f * memory[w + 3]!;
      s2 += e * memory[w + 4]! + f * memory[w + 5]!;
      s3 += e * memory[w + 6]! + f * memory[w + 7]!;
      w = (w + pairStride) & indexMask;
    }
    const y = (to + i) & indexMask;
    memory[y] = s0;
    memory[y + 1] = s1;
    memory[y + 2] = s2;
    memory[y + 3] = s3;
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
