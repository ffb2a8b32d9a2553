import { indexMask } from "./forwardKernels.ts";
import { packingAt } from "./packing.ts";
import type { LayerPlaces, RowPlan } from "./rowMemory.ts";

/** Some consecutive steps: absolute offset of the first row, and how many. */
export interface RowRange {
  readonly first: number;
  readonly count: number;
}

/** Adds Σ_t δ_t ⊗ h_t and Σ_t δ_t of one layer, over the rows of a range, to the flat gradient. */
export function addWeightGradient(
  memory: Float64Array,
  { stride }: RowPlan,
  layer: LayerPlaces,
  range: RowRange,
  gradient: Float64Array,
): void {
  for (let j = 0; j < layer.outputs; j++) {
    const delta = range.first + layer.delta + j;
    for (let i = 0; i < layer.inputs; i += 4) {
      addFour(memory, delta, range.first + layer.input + i, stride, range.count, gradient, layer, j, i);
    }
    if (layer.bias !== undefined) gradient[layer.bias + j]! += sumColumn(memory, delta, stride, range.count);
  }
}

function addFour(
  memory: Float64Array,
  delta: number,
  input: number,
  stride: number,
  count: number,
  gradient: Float64Array,
  layer: LayerPlaces,
  output: number,
  firstInput: number,
): void {
  let g0 = 0;
  let g1 = 0;
  let g2 = 0;
  let g3 = 0;
  let d = delta & indexMask;
  let x = input & indexMask;
  for (let t = 0; t < count; t++) {
    const e = memory[d]!;
    g0 += e * memory[x]!;
    g1 += e * memory[x + 1]!;
    g2 += e * memory[x + 2]!;
    g3 += e * memory[x + 3]!;
    d = (d + stride) & indexMask;
    x = (x + stride) & indexMask;
  }
  const place = layer.weights + output * layer.inputs + firstInput;
  const left = layer.inputs - firstInput;
  gradient[place]! += g0;
  if (left > 1) gradient[place + 1]! += g1;
  if (left > 2) gradient[place + 2]! += g2;
  if (left > 3) gradient[place + 3]! += g3;
}

export function sumColumn(memory: Float64Array, start: number, stride: number, count: number): number {
  let sum = 0;
  for (let t = 0; t < count; t++) sum += memory[start + t * stride]!;
  return sum;
}

/**
 * Writes δ of the layer below, δ_i = f′(h_i) Σ_j δ_j W[j,i], for one row; f′ is [h > 0] for relu and 1 − h²
 * for tanh. @returns Σ_i δ_i².
 */
export function propagateRow(
  memory: Float64Array,
  layer: LayerPlaces,
  below: LayerPlaces,
  row: number,
  isRelu: boolean,
): number {
  const { weight, stride } = packingAt(layer.packed, layer);
  const delta = row + layer.delta;
  let square = 0;
  for (let i = 0; i < layer.paddedInputs; i += 4) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let w = (weight + i) & indexMask;
    for (let j = 0; j < layer.outputs; j++) {
      const e = memory[delta + j]!;
      s0 += e * memory[w]!;
      s1 += e * memory[w + 1]!;
      s2 += e * memory[w + 2]!;
      s3 += e * memory[w + 3]!;
      w = (w + stride) & indexMask;
    }
    const h = (row + layer.input + i) & indexMask;
    const h0 = memory[h]!;
    const h1 = memory[h + 1]!;
    const h2 = memory[h + 2]!;
    const h3 = memory[h + 3]!;
    const d0 = isRelu ? (h0 > 0 ? s0 : 0) : s0 * (1 - h0 * h0);
    const d1 = isRelu ? (h1 > 0 ? s1 : 0) : s1 * (1 - h1 * h1);
    const d2 = isRelu ? (h2 > 0 ? s2 : 0) : s2 * (1 - h2 * h2);
    const d3 = isRelu ? (h3 > 0 ? s3 : 0) : s3 * (1 - h3 * h3);
    const to = (row + below.delta + i) & indexMask;
    memory[to] = d0;
    memory[to + 1] = d1;
    memory[to + 2] = d2;
    memory[to + 3] = d3;
    square += d0 * d0 + d1 * d1 + (d2 * d2 + d3 * d3);
  }
  return square;
}
