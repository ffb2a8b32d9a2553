import type { OptimiserSpecification } from "./policy.ts";

/** What a device gives back of an update, all in one read. */
export interface DeviceFigures {
  /** θ after the step. */
  readonly theta: Float64Array;
  /** ‖g_t‖ for every step [T]. */
  readonly stepNorms: Float64Array;
  /** ‖g‖ before clipping. */
  readonly gradientNorm: number;
}

/**
 * A dense network on a device, which does the learning half of an update. It knows nothing of heads: it computes
 * raw outputs [T × O] and takes ∂L/∂outputs [T × O]. `forward`, `backward` and `step` only queue work, in this order;
 * what reads is asynchronous. A method that fails (out of memory, a lost device) leaves θ and moments as they were.
 */
export interface DevicePolicy {
  readonly name: string;
  /** What it runs on, in words. */
  readonly device: string;
  readonly precision: "float32";
  /** Takes over θ, flat, in torch's layout. */
  setTheta(theta: Float64Array): void;
  /** Takes over the optimiser's moment vectors (none for SGD). */
  setMoments(moments: readonly Float64Array[]): void;
  /** Computes the activations of [T × observationSize] observations; they stay on the device. */
  forward(observations: Float64Array, steps: number): void;
  /** The outputs [T × O] of the last forward pass. */
  outputs(): Promise<Float64Array>;
  /** Computes g = Σ_t g_t and ‖g_t‖ for ∂L/∂outputs [T × O] of the steps that `forward` saw last. */
  backward(outputsGradient: Float64Array): void;
  /** The `count`-th step of the optimiser (from 1), clipped by norm where asked. */
  step(optimiser: OptimiserSpecification, count: number, clipNorm: number | undefined): void;
  /** What the update did. */
  figures(): Promise<DeviceFigures>;
  /** g of the last backward pass. */
  gradient(): Promise<Float64Array>;
  /** g_t·g for every step of the last backward pass [T]. */
  project(): Promise<Float64Array>;
  /** The optimiser's moment vectors. */
  moments(): Promise<readonly Float64Array[]>;
  /** Frees everything on the device. */
  dispose(): void;
}
