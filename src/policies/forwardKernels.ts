import { type Field, fieldAt, type LayerPlaces } from "./memoryPlan.ts";
import type { KernelMemory } from "./wasm/kernelMemory.ts";

/**
 * Writes max(floor, W x + b) of steps `first` … `first` + `count` − 1 to `output`, and ‖x‖² to the layer's `inputSquare`.
 * `packed` is where W and b lie (see `packingAt`), `output` where the first step's outputs go. Sums run in an order that
 * depends on the layer's sizes only, so acting row by row and computing a whole batch give the same bits.
 */
export function forwardLayer(
  { kernels }: KernelMemory,
  layer: LayerPlaces,
  packed: number,
  first: number,
  count: number,
  output: Field,
  floor: number,
): void {
  const { paddedInputs, paddedOutputs, input, inputSquare } = layer;
  const from = 8 * fieldAt(input, first);
  const square = 8 * fieldAt(inputSquare, first);
  const [fromStride, toStride, squareStride] = [8 * input.stride, 8 * output.stride, 8 * inputSquare.stride];
  const to = 8 * output.start;
  if (paddedInputs === 4) {
    kernels.forwardFour(
      8 * packed,
      from,
      fromStride,
      to,
      toStride,
      square,
      squareStride,
      count,
      paddedOutputs,
      floor,
    );
    return;
  }
  kernels.forward(
    8 * packed,
    8 * (packed + paddedOutputs * paddedInputs),
    from,
    fromStride,
    to,
    toStride,
    square,
    squareStride,
    count,
    paddedInputs,
    paddedOutputs,
    floor,
  );
}
