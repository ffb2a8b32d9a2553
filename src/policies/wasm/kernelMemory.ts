import { assemble } from "./assembler.ts";
import type { ControlKernels } from "./controlKernels.ts";
import { controlBackwardText, controlForwardText, controlProjectText } from "./controlText.ts";
import type { DenseKernels } from "./denseKernels.ts";
import { forwardFourText } from "./forwardFourText.ts";
import { forwardText } from "./forwardText.ts";
import { adamText, sgdText } from "./optimiserText.ts";
import { packColumnText, unpackColumnText } from "./packText.ts";
import { propagateReluText, propagateTanhText } from "./propagateText.ts";
import { tanhText } from "./tanhText.ts";
import { deltaSumsText, weightSumsText } from "./weightGradientText.ts";

/** The optimisers' loops. Places are in bytes; see the text of each. */
export interface OptimiserKernels {
  sgd(theta: number, gradient: number, count: number, scale: number, rate: number): void;
  adam(
    theta: number,
    gradient: number,
    first: number,
    second: number,
    count: number,
    scale: number,
    weight1: number,
    beta2: number,
    weight2: number,
    step: number,
    epsilon: number,
  ): void;
}

/** A block of numbers, and the loops that work on them. */
export interface KernelMemory {
  readonly numbers: Float64Array;
  readonly kernels: DenseKernels & ControlKernels & OptimiserKernels;
}

/** Makes a memory of so many numbers, all 0. */
export type CreateMemory = (length: number) => KernelMemory;

/** The part of WebAssembly that is used; the language's own types do not know it. */
interface WebAssemblyGlobal {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Memory: new (limits: { initial: number }) => { readonly buffer: ArrayBuffer };
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const pageBytes = 2 ** 16;
const moduleBytes = assemble([
  forwardText,
  forwardFourText,
  tanhText,
  weightSumsText,
  deltaSumsText,
  propagateReluText,
  propagateTanhText,
  controlForwardText,
  controlBackwardText,
  controlProjectText,
  packColumnText,
  unpackColumnText,
  sgdText,
  adamText,
]);

/** Makes memories over which the kernels run. */
export function kernelMemories(): CreateMemory {
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyGlobal };
  const module = new WebAssembly.Module(moduleBytes);
  return (length) => {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((8 * length) / pageBytes) });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return {
      numbers: new Float64Array(memory.buffer, 0, length),
      kernels: exports as KernelMemory["kernels"],
    };
  };
}
