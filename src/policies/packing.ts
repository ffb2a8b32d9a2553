import type { LayerPlaces } from "./rowMemory.ts";

/** How a layer's packed parameters are strewn: the place of W[j,i] is weight + j·stride + i, of b[j] bias + j·biasStride. */
export interface Packing {
  readonly weight: number;
  readonly stride: number;
  readonly bias: number;
  readonly biasStride: number;
}

/** Layers of at most 4 inputs are packed as (b, w₀ … w₃) per output, wider ones as W by rows, then b. */
export function packingAt(start: number, places: LayerPlaces): Packing {
  const { paddedInputs, paddedOutputs } = places;
  if (paddedInputs === 4) return { weight: start + 1, stride: 5, bias: start, biasStride: 5 };
  return { weight: start, stride: paddedInputs, bias: start + paddedOutputs * paddedInputs, biasStride: 1 };
}

/** Copies one layer's W and b (out of θ, or of a gradient) into its packed form at `start`. */
export function packLayer(
  memory: Float64Array,
  start: number,
  places: LayerPlaces,
  parameters: Float64Array,
): void {
  const { inputs, outputs, weights, bias } = places;
  const packing = packingAt(start, places);
  for (let j = 0; j < outputs; j++) {
    const to = packing.weight + j * packing.stride;
    const from = weights + j * inputs;
    for (let i = 0; i < inputs; i++) memory[to + i] = parameters[from + i]!;
    if (bias !== undefined) memory[packing.bias + j * packing.biasStride] = parameters[bias + j]!;
  }
}
