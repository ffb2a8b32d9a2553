import { fieldAt } from "./backwardKernels.ts";
import type { LayerPlaces } from "./memoryPlan.ts";
import { packingAt } from "./packing.ts";
import type { RowMasks } from "./rowMasks.ts";

/** Multiplies the outputs of hidden layer `index` at a row by their factors: 0 where dropped. */
export function dropOutputs(
  numbers: Float64Array,
  layer: LayerPlaces,
  index: number,
  row: number,
  masks: RowMasks,
): void {
  const output = fieldAt(layer.output, row);
  for (let unit = 0; unit < layer.outputs; unit++) numbers[output + unit]! *= masks.factor(row, index, unit);
}

/**
 * `propagate` where outputs of the layer below (hidden layer `index`) were multiplied by factors m: with h = m·f(z) stored,
 * δ_i = m_i f′(z_i) Σ_j δ_j W[j,i]. @returns Σ_i δ_i².
 */
export function propagateDropped(
  numbers: Float64Array,
  layer: LayerPlaces,
  below: LayerPlaces,
  index: number,
  row: number,
  isRelu: boolean,
  masks: RowMasks,
): number {
  const { weight } = packingAt(layer.packed, layer);
  const delta = fieldAt(layer.delta, row);
  const input = fieldAt(layer.input, row);
  const to = fieldAt(below.delta, row);
  let square = 0;
  for (let i = 0; i < layer.inputs; i++) {
    const factor = masks.factor(row, index, i);
    let sum = 0;
    for (let j = 0; j < layer.outputs && factor !== 0; j++)
      sum += numbers[delta + j]! * numbers[weight(j, i)]!;
    const passed = factor === 0 ? 0 : sum * factor * slopeAt(numbers[input + i]! / factor, isRelu);
    numbers[to + i] = passed;
    square += passed * passed;
  }
  return square;
}

/** f′ by the activation's value. */
function slopeAt(value: number, isRelu: boolean): number {
  if (isRelu) return value > 0 ? 1 : 0;
  return 1 - value * value;
}
