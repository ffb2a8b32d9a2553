import type { SeenSteps } from "../rl/batch.ts";
import type { Generator } from "../rl/generator.ts";

export type Activation = "relu" | "tanh";

/** Where the standard deviation σ of a Gaussian policy comes from. */
export interface GaussianHead {
  /** The raw number s of every dimension: an output of the network beside μ, or a parameter, the same in every state. */
  readonly sigma: "network" | "parameter";
  /** σ = e^s, or σ = ln(1 + e^s). */
  readonly by: "exp" | "softplus";
}

/** A value estimate V(s): one more output of the policy's network, or a network of its own with the same activation. */
export type ValueHead =
  | { readonly trunk: "shared" }
  | { readonly trunk: "own"; readonly hidden: readonly number[] };

/** A dense policy network: observation → hidden layers → outputs. `hidden: []` is a linear policy. */
export interface PolicySpecification {
  readonly observationSize: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Whether layers have a bias vector. */
  readonly bias: boolean;
  /** Number of discrete actions K (logits), or of the dimensions d of a Gaussian one. */
  readonly actionCount: number;
  /** Absent: categorical over `actionCount` actions. */
  readonly gaussian?: GaussianHead | undefined;
  /** Probability with which units of the policy network's hidden layers are dropped while it trains; absent: none is. */
  readonly dropout?: number | undefined;
  /** Absent: no value estimate. */
  readonly value?: ValueHead | undefined;
}

/** Where one named parameter tensor lies in the flat parameter vector θ; torch layout, W is [out, in]. */
export interface ParameterView {
  /**
   * "W1", "b1", "W2", … counted from the input; "Wm" and "Ws" are the last layer's rows for μ and s, "Wv" its row for a
   * shared V, "s" the free parameters of σ, and "V1", "c1", … the layers of a value network.
   */
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

interface CommonHeads {
  /** ln π of the action taken [T]. */
  readonly logProbabilities: Float64Array;
  /** H(π(·|s)) [T]. */
  readonly entropies: Float64Array;
  /** V(s_t) [T] of a policy with a value head. */
  readonly values?: Float64Array | undefined;
  /** V of the state after each step [T]: 0 after termination, that of the final observation where an episode was cut. */
  readonly nextValues?: Float64Array | undefined;
  /** V of the final observation of every episode that was cut, in order. */
  readonly finalValues?: Float64Array | undefined;
}

/** Outputs of a categorical policy for T steps: logits [T × K] and π [T × K]. */
export interface CategoricalHeads extends CommonHeads {
  readonly logits: Float64Array;
  readonly probabilities: Float64Array;
  readonly mu?: undefined;
  readonly sigma?: undefined;
  readonly logSigma?: undefined;
}

/** Outputs of a Gaussian policy for T steps: μ [T × d], σ [T × d] and ln σ [T × d]. */
export interface GaussianHeads extends CommonHeads {
  readonly mu: Float64Array;
  readonly sigma: Float64Array;
  readonly logSigma: Float64Array;
  readonly logits?: undefined;
  readonly probabilities?: undefined;
}

export type Heads = CategoricalHeads | GaussianHeads;

/** A policy of which only the probabilities of the actions taken are known, not what it put out. */
export interface OpaqueHeads extends CommonHeads {
  readonly logits?: undefined;
  readonly probabilities?: undefined;
  readonly mu?: undefined;
  readonly sigma?: undefined;
  readonly logSigma?: undefined;
}

/** What a backward pass gives: g = ∂L/∂θ [|θ|] and, per step, ‖g_t‖ [T]. */
export interface Gradient {
  readonly gradient: Float64Array;
  readonly stepNorms: Float64Array;
}

export type OptimiserSpecification = {
  /** Step size of a value network's parameters; absent: that of the others. */
  readonly valueLearningRate?: number | undefined;
} & (
  | { readonly kind: "sgd"; readonly learningRate: number }
  | {
      readonly kind: "adam";
      readonly learningRate: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
    }
);

export type OptimiserKind = OptimiserSpecification["kind"];

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
  /**
   * Heads for T actions: [T], indices, or [T × d], numbers. Observations [rows × observationSize] are those of the T
   * steps and then, for a value head, one for each row that ends an episode without terminating, in order. Units are
   * dropped by the masks of the steps, where there are any.
   */
  forward(
    observations: Float64Array,
    actions: Float64Array,
    steps: number,
    seen?: SeenSteps,
  ): Heads | Promise<Heads>;
  /** Gradient for ∂L/∂outputs [rows × O] of the rows that `forward` (or acting) saw last. */
  backward(outputsGradient: Float64Array, rows: number): Gradient | Promise<Gradient>;
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
