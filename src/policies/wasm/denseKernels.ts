import { assemble } from "./assembler.ts";
import { deltaSumsText, propagateReluText, propagateTanhText, weightSumsText } from "./backwardText.ts";
import { forwardFourText } from "./forwardFourText.ts";
import { forwardText } from "./forwardText.ts";
import { tanhText } from "./tanhText.ts";

/** The loops of dense layers, two float64 at a time. Places and strides are in bytes; see the text of each. */
export interface DenseKernels {
  forward(
    weights: number,
    bias: number,
    input: number,
    inputStride: number,
    output: number,
    outputStride: number,
    square: number,
    squareStride: number,
    rows: number,
    inputs: number,
    outputs: number,
    floor: number,
  ): void;
  forwardFour(
    weights: number,
    input: number,
    inputStride: number,
    output: number,
    outputStride: number,
    square: number,
    squareStride: number,
    rows: number,
    outputs: number,
    floor: number,
  ): void;
  tanh(place: number, stride: number, rows: number, count: number): void;
  weightSums(
    delta: number,
    deltaStride: number,
    input: number,
    inputStride: number,
    steps: number,
    inputs: number,
    sums: number,
  ): void;
  deltaSums(delta: number, stride: number, steps: number, count: number, sums: number): void;
  propagateRelu: Propagate;
  propagateTanh: Propagate;
}

type Propagate = (
  weights: number,
  pairStride: number,
  delta: number,
  deltaStride: number,
  deltas: number,
  input: number,
  to: number,
  stride: number,
  square: number,
  squareStride: number,
  steps: number,
  inputs: number,
) => void;

/** A network's numbers, and the loops that work on them. */
export interface KernelMemory {
  readonly numbers: Float64Array;
  readonly kernels: DenseKernels;
}

/** The part of WebAssembly that is used; the language's own types do not know it. */
interface WebAssemblyGlobal {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Memory: new (limits: { initial: number }) => { readonly buffer: ArrayBuffer };
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const pageBytes = 2 ** 16;
const texts = [
  forwardText,
  forwardFourText,
  tanhText,
  weightSumsText,
  deltaSumsText,
  propagateReluText,
  propagateTanhText,
];

/** Makes memories over which the kernels run; what they need is assembled and compiled with the first. */
export function kernelMemories(): (length: number) => KernelMemory {
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyGlobal };
  let module: object | undefined;
  return (length) => {
    module ??= new WebAssembly.Module(assemble(texts));
    const memory = new WebAssembly.Memory({ initial: Math.ceil((8 * length) / pageBytes) });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { numbers: new Float64Array(memory.buffer, 0, length), kernels: exports as DenseKernels };
  };
}
