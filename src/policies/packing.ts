import type { LayerPlaces } from "./memoryPlan.ts";

/**
 * Where W[j,i] and b[j] of a layer lie in its packed form at `start`. Outputs stand in pairs: of layers of at most 4
 * inputs (b, w₀ … w₃), each number beside that of the other output; of wider ones (w₀, w₁, …), and then all biases.
 */
export interface Packing {
  weight(output: number, input: number): number;
  bias(output: number): number;
}

export function packingAt(start: number, { paddedInputs, paddedOutputs }: LayerPlaces): Packing {
  if (paddedInputs === 4) {
    const pair = (j: number) => start + (j >> 1) * 10 + (j & 1);
    return { weight: (j, i) => pair(j) + 2 + 2 * i, bias: pair };
  }
  return {
    weight: (j, i) => start + (j >> 1) * 2 * paddedInputs + 2 * i + (j & 1),
    bias: (j) => start + paddedOutputs * paddedInputs + j,
  };
}

/** Copies one layer's W and b (out of θ, or of a gradient) into its packed form at `start`. */
export function packLayer(
  memory: Float64Array,
  start: number,
  layer: LayerPlaces,
  parameters: Float64Array,
): void {
  const { inputs, outputs, weights, bias } = layer;
  const packing = packingAt(start, layer);
  for (let j = 0; j < outputs; j++) {
    const step = packing.weight(j, 1) - packing.weight(j, 0);
    let to = packing.weight(j, 0);
    for (let from = weights + j * inputs; from < weights + (j + 1) * inputs; from++) {
      memory[to] = parameters[from]!;
      to += step;
    }
    if (bias !== undefined) memory[packing.bias(j)] = parameters[bias + j]!;
  }
}
