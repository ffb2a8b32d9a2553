import { entropy, logProbability, softmax } from "../rl/categorical.ts";
import type { Generator } from "../rl/generator.ts";
import { addWeightGradient, propagateRow, type RowRange, sumColumn } from "./backwardKernels.ts";
import { applyTanh, forwardLayer, indexMask } from "./forwardKernels.ts";
import { initialParameters } from "./initialise.ts";
import { type Layout, layOut, parameterViews } from "./layout.ts";
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
import { hiddenFloor, noFloor, planRows, type RowPlan } from "./rowMemory.ts";
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
  readonly #plan: RowPlan;
  readonly #isRelu: boolean;
  readonly #isShallow: boolean;
  readonly #theta: Float64Array;
  readonly #gradient: Float64Array;
  #capacity = firstCapacity;
  /** Whether rows, θ and gradient still belong together. */
  #isProjectable = false;
  #memory: Float64Array;
  #logits: Float64Array;
  #probabilities: Float64Array;
  #logSums: Float64Array;
  #logProbabilities: Float64Array;
  #entropies: Float64Array;
  #stepNorms: Float64Array;

  /** Throws a RangeError for sizes that are no positive integers. θ is 0 until `initialise` or `setTheta`. */
  constructor(specification: PolicySpecification) {
    this.specification = specification;
    this.#layout = layOut(specification);
    this.parameters = parameterViews(this.#layout);
    this.#plan = planRows(this.#layout);
    this.#isRelu = specification.activation === "relu";
    this.#isShallow = isShallow(this.#plan, this.#isRelu);
    this.#theta = new Float64Array(this.#layout.parameterCount);
    this.#gradient = new Float64Array(this.#layout.parameterCount);
    this.#memory = new Float64Array(this.#plan.rows + firstCapacity * this.#plan.stride);
    this.#memory[hiddenFloor] = this.#isRelu ? 0 : Number.NEGATIVE_INFINITY;
    this.#memory[noFloor] = Number.NEGATIVE_INFINITY;
    this.#logits = new Float64Array(firstCapacity * specification.actionCount);
    this.#probabilities = new Float64Array(firstCapacity * specification.actionCount);
    [this.#logSums, this.#logProbabilities, this.#entropies, this.#stepNorms] = stepColumns(firstCapacity);
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
    if (row >= this.#capacity) this.#reserve(row + 1);
    this.#isProjectable = false;
    const memory = this.#memory;
    const plan = this.#plan;
    const { observationSize, actionCount } = this.specification;
    const start = plan.rows + row * plan.stride;
    const layers = plan.layers;
    const last = layers.length - 1;
    const input = start + layers[0]!.input;
    for (let i = 0; i < observationSize; i++) memory[input + i] = observations[row * observationSize + i]!;
    for (let index = 0; index <= last; index++) {
      const layer = layers[index]!;
      const output = start + layer.output;
      const floor = index === last ? noFloor : hiddenFloor;
      const square = forwardLayer(memory, layer, layer.packed, start + layer.input, output, floor);
      memory[start + layer.inputSquare] = square;
      if (index < last && !this.#isRelu) applyTanh(memory, output, layer.outputs);
    }
    const output = start + layers[last]!.output;
    const head = row * actionCount;
    for (let k = 0; k < actionCount; k++) this.#logits[head + k] = memory[output + k]!;
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
    this.#reserve(steps);
    for (let row = 0; row < steps; row++) this.act(observations, row);
    return this.heads(actions, steps);
  }

  backward(logitsGradient: Float64Array, steps: number): Gradient {
    this.#gradient.fill(0);
    this.#setLogitsDeltas(logitsGradient, steps);
    for (let t = 0; t < steps; t += tileSteps) {
      const range = { first: this.#row(t), count: Math.min(tileSteps, steps - t) };
      if (this.#isShallow) this.#backwardShallow(range);
      else this.#backwardTile(range);
      for (let s = t; s < t + range.count; s++) {
        this.#stepNorms[s] = Math.sqrt(this.#memory[this.#row(s) + this.#plan.gathered]!);
      }
    }
    this.#isProjectable = true;
    return { gradient: this.#gradient, stepNorms: this.#stepNorms.subarray(0, steps) };
  }

  /** Throws where θ or a row has changed since `backward`. */
  project(steps: number): Float64Array {
    if (!this.#isProjectable) throw new Error("project follows backward, before θ or a step changes");
    const memory = this.#memory;
    const { layers, scratch } = this.#plan;
    for (const layer of layers) packLayer(memory, layer.packedGradient, layer, this.#gradient);
    if (this.#isShallow) {
      for (let t = 0; t < steps; t++) propagateRow(memory, layers[1]!, layers[0]!, this.#row(t), true);
    }
    const projections = new Float64Array(steps);
    for (let t = 0; t < steps; t++) {
      const row = this.#row(t);
      let sum = 0;
      for (const layer of layers) {
        forwardLayer(memory, layer, layer.packedGradient, row + layer.input, scratch, noFloor);
        for (let j = 0; j < layer.outputs; j++) sum += memory[row + layer.delta + j]! * memory[scratch + j]!;
      }
      projections[t] = sum;
    }
    return projections;
  }

  /** @returns ‖g‖ before clipping. */
  apply(optimiser: OptimiserSpecification, state: OptimiserState, clipNorm: number | undefined): number {
    const norm = gradientNorm(this.#gradient);
    takeStep(optimiser, state, this.#theta, this.#gradient, clipFactor(norm, clipNorm));
    this.#pack();
    return norm;
  }

  #row(t: number): number {
    return this.#plan.rows + t * this.#plan.stride;
  }

  #pack(): void {
    this.#isProjectable = false;
    for (const layer of this.#plan.layers) packLayer(this.#memory, layer.packed, layer, this.#theta);
  }

  /** Writes ∂L/∂logits into the rows and starts ‖g_t‖² with the last layer's part. */
  #setLogitsDeltas(logitsGradient: Float64Array, steps: number): void {
    const memory = this.#memory;
    const { actionCount } = this.specification;
    const layer = this.#plan.layers.at(-1)!;
    for (let t = 0; t < steps; t++) {
      const row = this.#row(t);
      let square = 0;
      for (let k = 0; k < actionCount; k++) {
        const delta = logitsGradient[t * actionCount + k]!;
        memory[row + layer.delta + k] = delta;
        square += delta * delta;
      }
      memory[row + this.#plan.gathered] = this.#isShallow
        ? 0
        : square * this.#weightOf(row, this.#plan.layers.length - 1);
    }
  }

  /** ‖h‖² + 1 of a layer's input; without the 1 where there is no bias. */
  #weightOf(row: number, layer: number): number {
    return this.#memory[row + this.#plan.layers[layer]!.inputSquare]! + (this.specification.bias ? 1 : 0);
  }

  #backwardTile(range: RowRange): void {
    const plan = this.#plan;
    const { layers, stride, gathered } = plan;
    for (let index = layers.length - 1; index >= 0; index--) {
      const layer = layers[index]!;
      addWeightGradient(this.#memory, plan, layer, range, this.#gradient);
      if (index === 0) return;
      for (let t = 0; t < range.count; t++) {
        const row = range.first + t * stride;
        const square = propagateRow(this.#memory, layer, layers[index - 1]!, row, this.#isRelu);
        this.#memory[row + gathered]! += square * this.#weightOf(row, index - 1);
      }
    }
  }

  #backwardShallow(range: RowRange): void {
    const memory = this.#memory;
    const { stride, gathered, layers } = this.#plan;
    const last = layers[1]!;
    addShallowGradient(memory, this.#plan, range, this.#gradient);
    for (let k = 0; k < last.outputs && last.bias !== undefined; k++) {
      this.#gradient[last.bias + k]! += sumColumn(memory, range.first + last.delta + k, stride, range.count);
    }
    for (let t = 0; t < range.count; t++) {
      const row = range.first + t * stride;
      const e0 = memory[row + last.delta]!;
      const e1 = memory[row + last.delta + 1]!;
      const hidden = memory[row + gathered]! * this.#weightOf(row, 0);
      memory[row + gathered] = hidden + (e0 * e0 + e1 * e1) * this.#weightOf(row, 1);
    }
  }

  /** Makes room for `steps` rows; what is there stays. */
  #reserve(steps: number): void {
    if (steps <= this.#capacity) return;
    let capacity = this.#capacity;
    while (capacity < steps) capacity *= 2;
    const length = this.#plan.rows + capacity * this.#plan.stride;
    if (length > indexMask)
      throw new RangeError(`a batch of ${steps} steps is too large for the kernels backend`);
    const { actionCount } = this.specification;
    this.#capacity = capacity;
    this.#memory = grown(this.#memory, length);
    this.#logits = grown(this.#logits, capacity * actionCount);
    this.#probabilities = grown(this.#probabilities, capacity * actionCount);
    this.#logSums = grown(this.#logSums, capacity);
    [this.#logProbabilities, this.#entropies, this.#stepNorms] = stepColumns(capacity);
  }
}

function stepColumns(capacity: number): [Float64Array, Float64Array, Float64Array, Float64Array] {
  return [0, 1, 2, 3].map(() => new Float64Array(capacity)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
}

function grown(array: Float64Array, length: number): Float64Array {
  const larger = new Float64Array(length);
  larger.set(array);
  return larger;
}
