import { assemble } from "./assembler.ts";
import { propagateReluText, propagateTanhText, weightSumsText } from "./backwardText.ts";
import { forwardText } from "./forwardText.ts";

/** The loops of wide layers, two float64 at a time. Places are in bytes; see the text of each. */
export interface DenseKernels {
  forward(
    weights: number,
    bias: number,
    input: number,
    output: number,
    inputs: number,
    outputs: number,
    floor: number,
  ): number;
  weightSums(
    delta: number,
    deltaStride: number,
    input: number,
    inputStride: number,
    steps: number,
    inputs: number,
    sums: number,
  ): void;
  propagateRelu: Propagate;
  propagateTanh: Propagate;
}

type Propagate = (
  weights: number,
  pairStride: number,
  delta: number,
  deltaEnd: number,
  input: number,
  to: number,
  inputs: number,
) => number;

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
const texts = [forwardText, weightSumsText, propagateReluText, propagateTanhText];

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
