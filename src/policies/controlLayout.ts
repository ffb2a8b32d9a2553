import type { Layout } from "./layout.ts";
import { oddLines } from "./network.ts";
import type { KernelMemory } from "./wasm/kernelMemory.ts";

/** Doubles per two units of a packed control policy: b, w₀ … w₃, and the weights into the two logits, of both side by side. */
const pairSize = 14;
/** Where a unit's weights stand among its seven numbers. */
const firstWeight = 1;
const firstLogitWeight = 5;
/** Doubles per step in its head: Σ δ² of the hidden layer, the logits or their δ (2), the observation (4), ‖h‖². */
export const headSize = 8;
export const headLogits = 1;
export const headInput = 3;
export const headSquare = 7;

/** One of a unit's seven numbers, for all units: `number` in the packed form, from `from` on every `step` in θ. */
interface Column {
  readonly number: number;
  readonly from: number;
  readonly step: number;
}

/** Where the numbers of a control policy lie in its memory: absolute offsets. */
export interface ControlPlan {
  readonly capacity: number;
  readonly inputs: number;
  readonly units: number;
  /** Units, filled up with zeros to an even number. */
  readonly paddedUnits: number;
  readonly outputs: number;
  readonly hasBias: boolean;
  readonly columns: readonly Column[];
  /** Where the biases of the logits lie in θ. */
  readonly logitBias: number | undefined;
  /** Packed parameters, units first, then the biases of the two logits; and a gradient in the same form. */
  readonly packed: number;
  readonly packedGradient: number;
  /** θ, or a gradient, as it is outside. */
  readonly flat: number;
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

export function planControl(layout: Layout, capacity: number): ControlPlan {
  const [first, second] = layout.layers as [Layout["layers"][number], Layout["layers"][number]];
  const { inputs, outputs: units, bias } = first;
  const paddedUnits = units + (units % 2);
  const packedLength = (paddedUnits / 2) * pairSize + 2;
  const flat = 2 * packedLength;
  const heads = Math.ceil((flat + layout.parameterCount) / 8) * 8;
  const hidden = heads + capacity * headSize;
  const stride = oddLines(paddedUnits);
  return {
    capacity,
    inputs,
    units,
    paddedUnits,
    outputs: second.outputs,
    hasBias: bias !== undefined,
    columns: columnsOf(layout),
    logitBias: second.bias,
    packed: 0,
    packedGradient: packedLength,
    flat,
    heads,
    hidden,
    stride,
    length: hidden + capacity * stride,
  };
}

function columnsOf({ layers }: Layout): Column[] {
  const [first, second] = layers as [Layout["layers"][number], Layout["layers"][number]];
  const { inputs, outputs: units } = first;
  const weights = Array.from({ length: inputs }, (_, i) => ({
    number: firstWeight + i,
    from: first.weights + i,
    step: inputs,
  }));
  const logitWeights = Array.from({ length: second.outputs }, (_, k) => ({
    number: firstLogitWeight + k,
    from: second.weights + k * units,
    step: 1,
  }));
  const bias = first.bias === undefined ? [] : [{ number: 0, from: first.bias, step: 1 }];
  return [...bias, ...weights, ...logitWeights];
}

/** Where number n of unit j lies in a packed form at `start`. */
export function unitPlace(start: number, unit: number, number: number): number {
  return start + (unit >> 1) * pairSize + 2 * number + (unit & 1);
}

/** Where the biases of the logits lie in a packed form at `start`. */
export function logitBiases(start: number, paddedUnits: number): number {
  return start + (paddedUnits / 2) * pairSize;
}

/** Copies θ, or a gradient in θ's layout, to its packed form at `start`. */
export function packControl(
  { numbers, kernels }: KernelMemory,
  start: number,
  plan: ControlPlan,
  parameters: Float64Array,
): void {
  const { columns, units, paddedUnits, outputs, logitBias, flat } = plan;
  numbers.set(parameters, flat);
  for (const { number, from, step } of columns) {
    kernels.packColumn(8 * (flat + from), 8 * step, 8 * unitPlace(start, 0, number), units >> 1);
    if (units !== paddedUnits)
      numbers[unitPlace(start, units - 1, number)] = parameters[from + (units - 1) * step]!;
  }
  const biases = logitBiases(start, paddedUnits);
  for (let k = 0; k < outputs && logitBias !== undefined; k++)
    numbers[biases + k] = parameters[logitBias + k]!;
}

/** Copies the packed form of the units at `start` to a gradient in θ's layout, all but the biases of the logits. */
export function unpackUnits(
  { numbers, kernels }: KernelMemory,
  start: number,
  { columns, units, paddedUnits, flat }: ControlPlan,
  gradient: Float64Array,
): void {
  for (const { number, from, step } of columns) {
    kernels.unpackColumn(8 * (flat + from), 8 * step, 8 * unitPlace(start, 0, number), units >> 1);
    if (units !== paddedUnits)
      numbers[flat + from + (units - 1) * step] = numbers[unitPlace(start, units - 1, number)]!;
  }
  gradient.set(numbers.subarray(flat, flat + gradient.length));
}
