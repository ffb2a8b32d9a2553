import type { Layout } from "./layout.ts";
import { oddLines } from "./network.ts";

/** Doubles per unit of a packed control policy: b, w₀ … w₃, and the unit's weights into the two logits. */
export const unitSize = 7;
/** Doubles per step in its head: Σ δ² of the hidden layer, δ of the logits (2), the observation (4), ‖h‖². */
export const headSize = 8;
export const headDelta = 1;
export const headInput = 3;
export const headSquare = 7;

/** Where the numbers of a control policy lie in its memory: absolute offsets. */
export interface ControlPlan {
  readonly capacity: number;
  readonly inputs: number;
  readonly units: number;
  /** Units, filled up with zeros to an even number. */
  readonly paddedUnits: number;
  readonly outputs: number;
  readonly hasBias: boolean;
  /** Packed parameters, units first, then the biases of the two logits; and a gradient in the same form. */
  readonly packed: number;
  readonly packedGradient: number;
  /** Per step: a head of `headSize`, and the activations at a distance of `stride`. */
  readonly heads: number;
  readonly hidden: number;
  readonly stride: number;
  readonly length: number;
}

/** Whether a policy is small enough for the control network: one hidden layer, at most 4 inputs and 2 logits. */
export function isControl({ layers }: Layout): boolean {
  return layers.length === 2 && layers[0]!.inputs <= 4 && layers[1]!.outputs <= 2;
}

export function planControl({ layers }: Layout, capacity: number): ControlPlan {
  const { inputs, outputs: units, bias } = layers[0]!;
  const paddedUnits = units + (units % 2);
  const packedLength = paddedUnits * unitSize + 2;
  const heads = Math.ceil((2 * packedLength) / 8) * 8;
  const hidden = heads + capacity * headSize;
  const stride = oddLines(paddedUnits);
  return {
    capacity,
    inputs,
    units,
    paddedUnits,
    outputs: layers[1]!.outputs,
    hasBias: bias !== undefined,
    packed: 0,
    packedGradient: packedLength,
    heads,
    hidden,
    stride,
    length: hidden + capacity * stride,
  };
}

/** Copies θ, or a gradient in θ's layout, to its packed form at `start`. */
export function packControl(
  memory: Float64Array,
  start: number,
  { layers }: Layout,
  { inputs, units, paddedUnits, outputs }: ControlPlan,
  parameters: Float64Array,
): void {
  const [first, second] = layers as [Layout["layers"][number], Layout["layers"][number]];
  for (let j = 0; j < units; j++) {
    const to = start + j * unitSize;
    if (first.bias !== undefined) memory[to] = parameters[first.bias + j]!;
    for (let i = 0; i < inputs; i++) memory[to + 1 + i] = parameters[first.weights + j * inputs + i]!;
    for (let k = 0; k < outputs; k++) memory[to + 5 + k] = parameters[second.weights + k * units + j]!;
  }
  for (let k = 0; k < outputs && second.bias !== undefined; k++) {
    memory[start + paddedUnits * unitSize + k] = parameters[second.bias + k]!;
  }
}
