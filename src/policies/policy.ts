import type { Generator } from "../rl/generator.ts";

export type Activation = "relu" | "tanh";

/** A dense policy network: observation → hidden layers → logits. `hidden: []` is a linear policy. */
export interface PolicySpecification {
  readonly observationSize: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Whether layers have a bias vector. */
  readonly bias: boolean;
  /** Number of discrete actions K (logits). */
  readonly actionCount: number;
}

/** Where one named parameter tensor lies in the flat parameter vector θ; torch layout, W is [out, in]. */
export interface ParameterView {
  /** "W1", "b1", "W2", … counted from the input. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/** Outputs of the policy for T steps: logits [T × K], log π of the action taken [T], entropy [T], π [T × K]. */
export interface Heads {
  readonly logits: Float64Array;
  readonly probabilities: Float64Array;
  readonly logProbabilities: Float64Array;
  readonly entropies: Float64Array;
}

/** What a backward pass gives: g = ∂L/∂θ [|θ|] and, per step, ‖g_t‖ [T]. */
export interface Gradient {
  readonly gradient: Float64Array;
  readonly stepNorms: Float64Array;
}

export type OptimiserSpecification =
  | { readonly kind: "sgd"; readonly learningRate: number }
  | {
      readonly kind: "adam";
      readonly learningRate: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
    };

/** Optimiser state that a checkpoint must hold: step count and moment vectors (empty for SGD). */
export interface OptimiserState {
  step: number;
  readonly moments: readonly Float64Array[];
}

/**
 * Where a policy's arithmetic runs. The rest of the engine knows only this.
 * The synchronous kernels backend is the reference that others are held to.
 */
export interface PolicyBackend {
  readonly name: string;
  readonly specification: PolicySpecification;
  readonly parameters: readonly ParameterView[];
  /** The current θ, flat, in the order of `parameters`. */
  theta(): Float64Array;
  setTheta(theta: Float64Array): void;
  initialise(generator: Generator): void;
  /** Heads for [T × observationSize] observations and [T] actions. */
  forward(observations: Float64Array, actions: Float64Array, steps: number): Heads | Promise<Heads>;
  /** Gradient for ∂L/∂logits [T × K] of the batch that `forward` (or acting) saw last. */
  backward(logitsGradient: Float64Array, steps: number): Gradient | Promise<Gradient>;
  /** g_t·g for every step [T]: the projection on the gradient that `backward` returned last. */
  project(steps: number): Float64Array | Promise<Float64Array>;
  /**
   * One optimiser step along the gradient that `backward` returned last, clipped by norm where asked.
   * @returns ‖g‖ before clipping.
   */
  apply(
    optimiser: OptimiserSpecification,
    state: OptimiserState,
    clipNorm: number | undefined,
  ): number | Promise<number>;
}
