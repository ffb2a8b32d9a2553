import type { RowRange } from "./backwardKernels.ts";
import { indexMask } from "./forwardKernels.ts";
import { packingAt } from "./packing.ts";
import type { LayerPlaces, RowPlan } from "./rowMemory.ts";

/** Whether `addShallowGradient` applies: one hidden layer of relu over at most 4 inputs, at most 2 logits. */
export function isShallow(plan: RowPlan, isRelu: boolean): boolean {
  const [first, second] = plan.layers;
  if (plan.layers.length !== 2 || !isRelu) return false;
  return first!.paddedInputs === 4 && second!.paddedInputs > 4 && second!.paddedOutputs === 2;
}

/**
 * The whole backward pass of a small control policy over the rows of a range, but for the logits' biases. One pass
 * over the steps per hidden unit: its gradients stay in registers, and steps at which relu shut it are skipped.
 * Adds Σ_j δ_tj² of the hidden layer to every row's `gathered`.
 */
export function addShallowGradient(
  memory: Float64Array,
  plan: RowPlan,
  range: RowRange,
  gradient: Float64Array,
): void {
  const [first, second] = plan.layers as [LayerPlaces, LayerPlaces];
  const { weight, stride } = packingAt(second.packed, second);
  for (let j = 0; j < first.outputs; j++) {
    const unit = range.first + first.output + j;
    addUnit(
      memory,
      plan,
      first,
      second,
      range,
      unit,
      memory[weight + j]!,
      memory[weight + stride + j]!,
      j,
      gradient,
    );
  }
}

function addUnit(
  memory: Float64Array,
  plan: RowPlan,
  first: LayerPlaces,
  second: LayerPlaces,
  range: RowRange,
  unit: number,
  weight0: number,
  weight1: number,
  j: number,
  gradient: Float64Array,
): void {
  const { stride } = plan;
  const count = range.count;
  let v0 = 0;
  let v1 = 0;
  let bias = 0;
  let w0 = 0;
  let w1 = 0;
  let w2 = 0;
  let w3 = 0;
  let h = unit & indexMask;
  let gathered = (range.first + plan.gathered) & indexMask;
  let delta = (range.first + second.delta) & indexMask;
  let x = (range.first + first.input) & indexMask;
  for (let t = 0; t < count; t++) {
    const value = memory[h]!;
    if (value > 0) {
      const e0 = memory[delta]!;
      const e1 = memory[delta + 1]!;
      const d = weight0 * e0 + weight1 * e1;
      v0 += e0 * value;
      v1 += e1 * value;
      bias += d;
      memory[gathered]! += d * d;
      w0 += d * memory[x]!;
      w1 += d * memory[x + 1]!;
      w2 += d * memory[x + 2]!;
      w3 += d * memory[x + 3]!;
    }
    h = (h + stride) & indexMask;
    gathered = (gathered + stride) & indexMask;
    delta = (delta + stride) & indexMask;
    x = (x + stride) & indexMask;
  }
  gradient[second.weights + j]! += v0;
  if (second.outputs > 1) gradient[second.weights + second.inputs + j]! += v1;
  if (first.bias !== undefined) gradient[first.bias + j]! += bias;
  const place = first.weights + j * first.inputs;
  gradient[place]! += w0;
  if (first.inputs > 1) gradient[place + 1]! += w1;
  if (first.inputs > 2) gradient[place + 2]! += w2;
  if (first.inputs > 3) gradient[place + 3]! += w3;
}
