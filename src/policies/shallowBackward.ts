import { addUpTo, fieldAt } from "./backwardKernels.ts";
import { indexMask } from "./forwardKernels.ts";
import { headDelta, type LayerPlaces, type MemoryPlan } from "./memoryPlan.ts";
import { packingAt } from "./packing.ts";

/** Whether `addShallowGradient` applies: one hidden layer of relu over at most 4 inputs, at most 2 logits. */
export function isShallow(plan: MemoryPlan, isRelu: boolean): boolean {
  const [first, second] = plan.layers;
  if (plan.layers.length !== 2 || !isRelu) return false;
  return first!.paddedInputs === 4 && second!.paddedInputs > 4 && second!.paddedOutputs === 2;
}

/**
 * The backward pass of a small control policy over `count` steps from `start`, but for the logits' biases. One pass
 * over the steps per hidden unit: its gradients stay in registers, and steps at which relu shut it are skipped.
 * Adds Σ_j δ_tj² of the hidden layer to `gathered` of every step.
 */
export function addShallowGradient(
  memory: Float64Array,
  plan: MemoryPlan,
  start: number,
  count: number,
  gradient: Float64Array,
): void {
  const [first, second] = plan.layers as [LayerPlaces, LayerPlaces];
  const { weight } = packingAt(second.packed, second);
  const head = fieldAt(plan.head, start);
  const output = fieldAt(first.output, start);
  for (let j = 0; j < first.outputs; j++) {
    addUnit(
      memory,
      plan,
      first,
      second,
      head,
      output + j,
      count,
      memory[weight(0, j)]!,
      memory[weight(1, j)]!,
      j,
      gradient,
    );
  }
}

function addUnit(
  memory: Float64Array,
  plan: MemoryPlan,
  first: LayerPlaces,
  second: LayerPlaces,
  head: number,
  output: number,
  count: number,
  weight0: number,
  weight1: number,
  j: number,
  gradient: Float64Array,
): void {
  let v0 = 0;
  let v1 = 0;
  let bias = 0;
  let w0 = 0;
  let w1 = 0;
  let w2 = 0;
  let w3 = 0;
  const hiddenStride = first.output.stride;
  const headStride = plan.head.stride;
  let h = output & indexMask;
  let p = head & indexMask;
  for (let t = 0; t < count; t++) {
    const value = memory[h]!;
    if (value > 0) {
      const e0 = memory[p + headDelta]!;
      const e1 = memory[p + (headDelta + 1)]!;
      const d = weight0 * e0 + weight1 * e1;
      v0 += e0 * value;
      v1 += e1 * value;
      bias += d;
      memory[p]! += d * d;
      w0 += d * memory[p + (headDelta + 2)]!;
      w1 += d * memory[p + (headDelta + 3)]!;
      w2 += d * memory[p + (headDelta + 4)]!;
      w3 += d * memory[p + (headDelta + 5)]!;
    }
    h = (h + hiddenStride) & indexMask;
    p = (p + headStride) & indexMask;
  }
  gradient[second.weights + j]! += v0;
  if (second.outputs > 1) gradient[second.weights + second.inputs + j]! += v1;
  if (first.bias !== undefined) gradient[first.bias + j]! += bias;
  addUpTo(gradient, first.weights + j * first.inputs, first.inputs, w0, w1, w2, w3);
}
