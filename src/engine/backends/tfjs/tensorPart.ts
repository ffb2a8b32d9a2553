import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";

/** One layer's W [out × in] and b [out], or, of free parameters, a single b. */
export interface LayerTensors {
  readonly weight: Tensor2D | undefined;
  readonly bias: Tensor1D | undefined;
}

/** What a forward pass leaves: the input of every layer [T × in] and the outputs [T × out]. */
export interface ForwardPass {
  readonly inputs: readonly Tensor2D[];
  readonly outputs: Tensor2D;
}

/** What a backward pass leaves: ‖g_t‖² [T], and the part's gradient in pieces, flat, in θ's order. */
export interface BackwardPass {
  readonly squares: Tensor1D;
  readonly gradient: readonly Tensor1D[];
}

/**
 * A part of a policy in tensor operations. Every method may be called within a tidy only, and leaves nothing behind but
 * what it returns.
 */
export interface TensorPart {
  readonly parameterCount: number;
  /** Where its outputs begin in a row, and how many there are. */
  readonly output: number;
  readonly outputs: number;
  /** The part's tensors out of θ, or out of a gradient in θ's form. */
  unpack(theta: Tensor1D): readonly LayerTensors[];
  forward(layers: readonly LayerTensors[], observations: Tensor2D): ForwardPass;
  /** For `delta` = ∂L/∂outputs [T × out]. */
  backward(layers: readonly LayerTensors[], pass: ForwardPass, delta: Tensor2D): BackwardPass;
  /** g_t·g [T], for g unpacked. */
  project(
    layers: readonly LayerTensors[],
    pass: ForwardPass,
    delta: Tensor2D,
    gradient: readonly LayerTensors[],
  ): Tensor1D;
}
