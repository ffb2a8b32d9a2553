import { entropy, logProbability, softmax } from "../rl/categorical.ts";
import type { Generator } from "../rl/generator.ts";
import { addBiasGradient, addWeightGradient, fieldAt, propagate } from "./backwardKernels.ts";
import { applyTanh, forwardLayer, indexMask } from "./forwardKernels.ts";
import { initialParameters } from "./initialise.ts";
import { type Layout, layOut, parameterViews } from "./layout.ts";
import {
  growMemory,
  hiddenFloor,
  type LayerPlaces,
  type MemoryPlan,
  noFloor,
  planMemory,
} from "./memoryPlan.ts";
import { clipFactor, gradientNorm, takeStep } from "./optimiser.ts";
import { packLayer } from "./packing.ts";
import type {
  Gradient,
  Heads,
  OptimiserSpecification,
  OptimiserState,
  ParameterView,
  PolicyBackend,
  PolicySpecification,
} from "./policy.ts";
import { addShallowGradient, isShallow } from "./shallowBackward.ts";

/** Steps that the backward pass works on at a time, so that what it reads again and again stays in the cache. */
const tileSteps = 128;
const firstCapacity = 512;

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
  readonly #isRelu: boolean;
  readonly #isShallow: boolean;
  readonly #theta: Float64Array;
  readonly #gradient: Float64Array;
  #plan: MemoryPlan;
  #memory: Float64Array;
  #logits: Float64Array;
  #probabilities: Float64Array;
  #logSums: Float64Array;
  #logProbabilities: Float64Array;
  #entropies: Float64Array;
  #stepNorms: Float64Array;
  /** Whether steps, θ and gradient still belong together. */
  #isProjectable = false;

  /** Throws a RangeError for sizes that are no positive integers. θ is 0 until `initialise` or `setTheta`. */
  constructor(specification: PolicySpecification) {
    this.specification = specification;
    this.#layout = layOut(specification);
    this.parameters = parameterViews(this.#layout);
    this.#plan = planMemory(this.#layout, firstCapacity);
    this.#isRelu = specification.activation === "relu";
    this.#isShallow = isShallow(this.#plan, this.#isRelu);
    this.#theta = new Float64Array(this.#layout.parameterCount);
    this.#gradient = new Float64Array(this.#layout.parameterCount);
    this.#memory = new Float64Array(this.#plan.length);
    this.#memory[hiddenFloor] = this.#isRelu ? 0 : Number.NEGATIVE_INFINITY;
    this.#memory[noFloor] = Number.NEGATIVE_INFINITY;
    this.#logits = new Float64Array(firstCapacity * specification.actionCount);
    this.#probabilities = new Float64Array(firstCapacity * specification.actionCount);
    this.#logSums = new Float64Array(firstCapacity);
    this.#logProbabilities = new Float64Array(firstCapacity);
    this.#entropies = new Float64Array(firstCapacity);
    this.#stepNorms = new Float64Array(firstCapacity);
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
    this.#pack();
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
    if (row >= this.#plan.capacity) this.#reserve(row + 1);
    this.#isProjectable = false;
    const memory = this.#memory;
    const layers = this.#plan.layers;
    const { observationSize, actionCount } = this.specification;
    const last = layers.length - 1;
    const observation = fieldAt(layers[0]!.input, row);
    for (let i = 0; i < observationSize; i++)
      memory[observation + i] = observations[row * observationSize + i]!;
    for (let index = 0; index <= last; index++) {
      const layer = layers[index]!;
      const output = fieldAt(layer.output, row);
      const floor = index === last ? noFloor : hiddenFloor;
      const square = forwardLayer(memory, layer, layer.packed, fieldAt(layer.input, row), output, floor);
      memory[fieldAt(layer.inputSquare, row)] = square;
      if (index < last && !this.#isRelu) applyTanh(memory, output, layer.outputs);
    }
    const logits = fieldAt(layers[last]!.output, row);
    const head = row * actionCount;
    for (let k = 0; k < actionCount; k++) this.#logits[head + k] = memory[logits + k]!;
    this.#logSums[row] = softmax(this.#logits, head, actionCount, this.#probabilities);
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
    if (steps > this.#plan.capacity) this.#reserve(steps);
    for (let row = 0; row < steps; row++) this.act(observations, row);
    return this.heads(actions, steps);
  }

  backward(logitsGradient: Float64Array, steps: number): Gradient {
    this.#gradient.fill(0);
    this.#setLogitsDeltas(logitsGradient, steps);
    for (let start = 0; start < steps; start += tileSteps) {
      const count = Math.min(tileSteps, steps - start);
      if (this.#isShallow) this.#backwardShallow(start, count);
      else this.#backwardTile(start, count);
    }
    const { gathered } = this.#plan;
    for (let t = 0; t < steps; t++) this.#stepNorms[t] = Math.sqrt(this.#memory[fieldAt(gathered, t)]!);
    this.#isProjectable = true;
    return { gradient: this.#gradient, stepNorms: this.#stepNorms.subarray(0, steps) };
  }

  /** Throws where θ or a row has changed since `backward`. */
  project(steps: number): Float64Array {
    if (!this.#isProjectable) throw new Error("project follows backward, before θ or a step changes");
    const { layers } = this.#plan;
    for (const layer of layers) packLayer(this.#memory, layer.packedGradient, layer, this.#gradient);
    if (this.#isShallow) {
      for (let t = 0; t < steps; t++) propagate(this.#memory, layers[1]!, layers[0]!, t, true);
    }
    return Float64Array.from({ length: steps }, (_, t) =>
      layers.reduce((sum, layer) => sum + this.#projectLayer(layer, t), 0),
    );
  }

  /** @returns ‖g‖ before clipping. */
  apply(optimiser: OptimiserSpecification, state: OptimiserState, clipNorm: number | undefined): number {
    const norm = gradientNorm(this.#gradient);
    takeStep(optimiser, state, this.#theta, this.#gradient, clipFactor(norm, clipNorm));
    this.#pack();
    return norm;
  }

  #pack(): void {
    this.#isProjectable = false;
    for (const layer of this.#plan.layers) packLayer(this.#memory, layer.packed, layer, this.#theta);
  }

  /** δᵀ(G_W h + G_b) of one layer and step. */
  #projectLayer(layer: LayerPlaces, t: number): number {
    const memory = this.#memory;
    const { scratch } = this.#plan;
    forwardLayer(memory, layer, layer.packedGradient, fieldAt(layer.input, t), scratch, noFloor);
    const delta = fieldAt(layer.delta, t);
    let sum = 0;
    for (let j = 0; j < layer.outputs; j++) sum += memory[delta + j]! * memory[scratch + j]!;
    return sum;
  }

  /** Writes ∂L/∂logits into the heads and starts ‖g_t‖² at 0. */
  #setLogitsDeltas(logitsGradient: Float64Array, steps: number): void {
    const memory = this.#memory;
    const { actionCount } = this.specification;
    const { layers, gathered } = this.#plan;
    const { delta } = layers.at(-1)!;
    for (let t = 0; t < steps; t++) {
      const to = fieldAt(delta, t);
      for (let k = 0; k < actionCount; k++) memory[to + k] = logitsGradient[t * actionCount + k]!;
      memory[fieldAt(gathered, t)] = 0;
    }
  }

  /** ‖δ‖²(‖h‖² + 1) of the logits' layer at step t; without the 1 where there is no bias. */
  #logitsShare(layer: LayerPlaces, t: number): number {
    const delta = fieldAt(layer.delta, t);
    let square = 0;
    for (let k = 0; k < layer.outputs; k++) square += this.#memory[delta + k]! * this.#memory[delta + k]!;
    return square * this.#inputWeight(layer, t);
  }

  #inputWeight(layer: LayerPlaces, t: number): number {
    return this.#memory[fieldAt(layer.inputSquare, t)]! + (layer.bias === undefined ? 0 : 1);
  }

  #backwardTile(start: number, count: number): void {
    const { layers, gathered } = this.#plan;
    const last = layers.length - 1;
    for (let index = last; index >= 0; index--) {
      const layer = layers[index]!;
      const below = layers[index - 1];
      addWeightGradient(this.#memory, layer, start, count, this.#gradient);
      for (let t = start; t < start + count; t++) {
        let share = index === last ? this.#logitsShare(layer, t) : 0;
        if (below !== undefined) {
          share += propagate(this.#memory, layer, below, t, this.#isRelu) * this.#inputWeight(below, t);
        }
        this.#memory[fieldAt(gathered, t)]! += share;
      }
    }
  }

  #backwardShallow(start: number, count: number): void {
    const { layers, gathered } = this.#plan;
    const [first, last] = layers as [LayerPlaces, LayerPlaces];
    addShallowGradient(this.#memory, this.#plan, start, count, this.#gradient);
    addBiasGradient(this.#memory, last, start, count, this.#gradient);
    for (let t = start; t < start + count; t++) {
      const place = fieldAt(gathered, t);
      this.#memory[place] = this.#memory[place]! * this.#inputWeight(first, t) + this.#logitsShare(last, t);
    }
  }

  /** Makes room for `steps` steps; what is there stays. */
  #reserve(steps: number): void {
    let { capacity } = this.#plan;
    while (capacity < steps) capacity *= 2;
    const plan = planMemory(this.#layout, capacity);
    if (plan.length > indexMask) {
      throw new RangeError(`a batch of ${steps} steps is too large for the kernels backend`);
    }
    const { actionCount } = this.specification;
    this.#memory = growMemory(this.#memory, this.#plan, plan);
    this.#plan = plan;
    this.#logits = grown(this.#logits, capacity * actionCount);
    this.#probabilities = grown(this.#probabilities, capacity * actionCount);
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
