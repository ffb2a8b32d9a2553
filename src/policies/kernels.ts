import { entropy, logProbability, softmax } from "../rl/categorical.ts";
import type { Generator } from "../rl/generator.ts";
import { isControl } from "./controlLayout.ts";
import { ControlNetwork } from "./controlNetwork.ts";
import { DenseNetwork } from "./denseNetwork.ts";
import { initialParameters } from "./initialise.ts";
import { type Layout, layOut, parameterViews } from "./layout.ts";
import type { Network } from "./network.ts";
import { clipFactor, gradientNorm, takeStep } from "./optimiser.ts";
import type {
  Gradient,
  Heads,
  OptimiserSpecification,
  OptimiserState,
  ParameterView,
  PolicyBackend,
  PolicySpecification,
} from "./policy.ts";

/**
 * The float64 reference backend: dense policies in plain loops over typed arrays. Every number depends on θ and the
 * batch alone, to the last bit: not on capacity, on earlier batches, or on whether rows came by `act` or `forward`.
 * What methods return are views of internal buffers, valid until the next call that computes the same thing.
 */
export class KernelsBackend implements PolicyBackend {
  readonly name = "kernels";
  readonly specification: PolicySpecification;
  readonly parameters: readonly ParameterView[];
  readonly #layout: Layout;
  readonly #network: Network;
  readonly #actionCount: number;
  readonly #theta: Float64Array;
  readonly #gradient: Float64Array;
  #logits: Float64Array;
  #probabilities: Float64Array;
  #logSums: Float64Array;
  #logProbabilities: Float64Array;
  #entropies: Float64Array;
  #stepNorms: Float64Array;
  #capacity: number;
  /** Whether steps, θ and gradient still belong together. */
  #isProjectable = false;

  /** Throws a RangeError for sizes that are no positive integers. θ is 0 until `initialise` or `setTheta`. */
  constructor(specification: PolicySpecification) {
    const { activation, actionCount } = specification;
    this.specification = specification;
    this.#actionCount = actionCount;
    this.#layout = layOut(specification);
    this.parameters = parameterViews(this.#layout);
    const isSmall = activation === "relu" && isControl(this.#layout);
    this.#network = isSmall ? new ControlNetwork(this.#layout) : new DenseNetwork(this.#layout, activation);
    this.#theta = new Float64Array(this.#layout.parameterCount);
    this.#gradient = new Float64Array(this.#layout.parameterCount);
    const { capacity } = this.#network;
    this.#capacity = capacity;
    this.#logits = new Float64Array(capacity * actionCount);
    this.#probabilities = new Float64Array(capacity * actionCount);
    this.#logSums = new Float64Array(capacity);
    this.#logProbabilities = new Float64Array(capacity);
    this.#entropies = new Float64Array(capacity);
    this.#stepNorms = new Float64Array(capacity);
  }

  /** π of the rows seen so far, [capacity × K], row after row; replaced when the buffers grow. */
  get probabilities(): Float64Array {
    return this.#probabilities;
  }

  /** The logits of the rows seen so far, [capacity × K]; replaced when the buffers grow. */
  get logits(): Float64Array {
    return this.#logits;
  }

  /** θ itself, not a copy: change it by `setTheta` only. */
  theta(): Float64Array {
    return this.#theta;
  }

  setTheta(theta: Float64Array): void {
    if (theta.length !== this.#theta.length) {
      throw new RangeError(`θ has ${this.#theta.length} numbers, not ${theta.length}`);
    }
    this.#theta.set(theta);
    this.#parametersChanged();
  }

  initialise(generator: Generator): void {
    this.setTheta(initialParameters(this.#layout, generator));
  }

  /**
   * Takes row `row` of `observations` [… × observationSize] as step `row` of the batch under way and computes its
   * logits and π, which then lie at row·K of `logits` and `probabilities`. Nothing is computed twice: once
   * rows 0 … T−1 have been acted on, `heads(actions, T)` completes the batch.
   */
  act(observations: Float64Array, row: number): void {
    if (row >= this.#capacity) this.#reserve(row + 1);
    this.#isProjectable = false;
    this.#network.forward(observations, row, this.#logits);
    const count = this.#actionCount;
    this.#logSums[row] = softmax(this.#logits, row * count, count, this.#probabilities);
  }

  /** The heads of the steps acted on so far, for the actions that were taken. */
  heads(actions: Float64Array, steps: number): Heads {
    const { actionCount } = this.specification;
    const logits = this.#logits;
    const probabilities = this.#probabilities;
    for (let t = 0; t < steps; t++) {
      const row = t * actionCount;
      const logSum = this.#logSums[t]!;
      this.#logProbabilities[t] = logProbability(logits, row, actionCount, logSum, actions[t]!);
      this.#entropies[t] = entropy(logits, probabilities, row, actionCount, logSum);
    }
    return {
      logits: logits.subarray(0, steps * actionCount),
      probabilities: probabilities.subarray(0, steps * actionCount),
      logProbabilities: this.#logProbabilities.subarray(0, steps),
      entropies: this.#entropies.subarray(0, steps),
    };
  }

  forward(observations: Float64Array, actions: Float64Array, steps: number): Heads {
    if (steps > this.#capacity) this.#reserve(steps);
    for (let row = 0; row < steps; row++) this.act(observations, row);
    return this.heads(actions, steps);
  }

  backward(logitsGradient: Float64Array, steps: number): Gradient {
    this.#network.backward(logitsGradient, steps, this.#gradient, this.#stepNorms);
    this.#isProjectable = true;
    return { gradient: this.#gradient, stepNorms: this.#stepNorms.subarray(0, steps) };
  }

  /** Throws where θ or a row has changed since `backward`. */
  project(steps: number): Float64Array {
    if (!this.#isProjectable) throw new Error("project follows backward, before θ or a step changes");
    return this.#network.project(this.#gradient, steps);
  }

  /** @returns ‖g‖ before clipping. */
  apply(optimiser: OptimiserSpecification, state: OptimiserState, clipNorm: number | undefined): number {
    const norm = gradientNorm(this.#gradient);
    takeStep(optimiser, state, this.#theta, this.#gradient, clipFactor(norm, clipNorm));
    this.#parametersChanged();
    return norm;
  }

  #parametersChanged(): void {
    this.#isProjectable = false;
    this.#network.setParameters(this.#theta);
  }

  /** Makes room for `steps` steps; what is there stays. */
  #reserve(steps: number): void {
    this.#network.reserve(steps);
    const { capacity } = this.#network;
    const count = this.#actionCount;
    this.#capacity = capacity;
    this.#logits = grown(this.#logits, capacity * count);
    this.#probabilities = grown(this.#probabilities, capacity * count);
    this.#logSums = grown(this.#logSums, capacity);
    this.#logProbabilities = new Float64Array(capacity);
    this.#entropies = new Float64Array(capacity);
    this.#stepNorms = new Float64Array(capacity);
  }
}

function grown(array: Float64Array, length: number): Float64Array {
  const larger = new Float64Array(length);
  larger.set(array);
  return larger;
}
