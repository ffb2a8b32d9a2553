import { addWeightGradient, propagate } from "./backwardKernels.ts";
import { dropOutputs, propagateDropped } from "./droppedLayer.ts";
import { forwardLayer } from "./forwardKernels.ts";
import type { Layout } from "./layout.ts";
import { copyMemory, fieldAt, type LayerPlaces, type MemoryPlan, planMemory } from "./memoryPlan.ts";
import { firstCapacity, grownCapacity, type Network, tileSteps } from "./network.ts";
import { packLayer } from "./packing.ts";
import type { Activation } from "./policy.ts";
import type { RowMasks } from "./rowMasks.ts";
import type { CreateMemory, KernelMemory } from "./wasm/kernelMemory.ts";

const noFloor = Number.NEGATIVE_INFINITY;

/** A dense network of any depth, layer by layer. */
export class DenseNetwork implements Network {
  readonly #layout: Layout;
  readonly #isRelu: boolean;
  /** Below it no hidden output goes before its activation. */
  readonly #hiddenFloor: number;
  readonly #createMemory: CreateMemory;
  readonly #masks: RowMasks | undefined;
  #plan: MemoryPlan;
  #memory: KernelMemory;

  /** Of `masks`, units of the hidden layers are dropped while they are active. */
  constructor(layout: Layout, activation: Activation, createMemory: CreateMemory, masks?: RowMasks) {
    this.#masks = masks;
    this.#layout = layout;
    this.#isRelu = activation === "relu";
    this.#hiddenFloor = this.#isRelu ? 0 : noFloor;
    this.#plan = planMemory(layout, firstCapacity);
    this.#createMemory = createMemory;
    this.#memory = createMemory(this.#plan.length);
  }

  get capacity(): number {
    return this.#plan.capacity;
  }

  reserve(steps: number): void {
    if (steps <= this.capacity) return;
    const grown = grownCapacity(
      this.capacity,
      steps,
      (capacity) => planMemory(this.#layout, capacity).length,
    );
    const plan = planMemory(this.#layout, grown);
    const memory = this.#createMemory(plan.length);
    copyMemory(this.#memory.numbers, this.#plan, memory.numbers, plan);
    this.#memory = memory;
    this.#plan = plan;
  }

  setParameters(theta: Float64Array): void {
    for (const layer of this.#plan.layers) packLayer(this.#memory.numbers, layer.packed, layer, theta);
  }

  forward(observations: Float64Array, first: number, count: number, logits: Float64Array): void {
    const end = first + count;
    for (let start = first; start < end; start += tileSteps) {
      this.#forwardTile(observations, start, Math.min(tileSteps, end - start), logits);
    }
  }

  #forwardTile(observations: Float64Array, start: number, count: number, logits: Float64Array): void {
    const { numbers, kernels } = this.#memory;
    const { layers } = this.#plan;
    this.#takeIn(observations, start, count);
    for (const [index, layer] of layers.entries()) {
      const { packed, output, paddedOutputs } = layer;
      const isLast = index === layers.length - 1;
      const to = isLast ? output : { start: fieldAt(output, start), stride: output.stride };
      forwardLayer(this.#memory, layer, packed, start, count, to, isLast ? noFloor : this.#hiddenFloor);
      if (isLast) continue;
      if (!this.#isRelu) kernels.tanh(8 * to.start, 8 * to.stride, count, paddedOutputs);
      for (let row = start; row < start + count && this.#masks?.isActive; row++)
        dropOutputs(numbers, layer, index, row, this.#masks);
    }
    const { outputs, output } = layers.at(-1)!;
    for (let row = 0; row < count; row++) {
      const from = fieldAt(output, row);
      const to = (start + row) * outputs;
      for (let k = 0; k < outputs; k++) logits[to + k] = numbers[from + k]!;
    }
  }

  #takeIn(observations: Float64Array, start: number, count: number): void {
    const { numbers } = this.#memory;
    const { inputs, input } = this.#plan.layers[0]!;
    for (let row = start; row < start + count; row++) {
      const to = fieldAt(input, row);
      for (let i = 0; i < inputs; i++) numbers[to + i] = observations[row * inputs + i]!;
    }
  }

  backward(
    logitsGradient: Float64Array,
    steps: number,
    gradient: Float64Array,
    stepNorms: Float64Array,
  ): void {
    gradient.fill(0);
    this.#setDeltas(logitsGradient, steps);
    for (let start = 0; start < steps; start += tileSteps) {
      this.#backwardTile(start, Math.min(tileSteps, steps - start), gradient);
    }
    const { gathered } = this.#plan;
    for (let t = 0; t < steps; t++) stepNorms[t] = Math.sqrt(this.#memory.numbers[fieldAt(gathered, t)]!);
  }

  project(gradient: Float64Array, steps: number): Float64Array {
    const { layers } = this.#plan;
    for (const layer of layers) packLayer(this.#memory.numbers, layer.packedGradient, layer, gradient);
    return Float64Array.from({ length: steps }, (_, t) =>
      layers.reduce((sum, layer) => sum + this.#projectLayer(layer, t), 0),
    );
  }

  /** δᵀ(G_W h + G_b) of one layer and step. */
  #projectLayer(layer: LayerPlaces, t: number): number {
    const { numbers } = this.#memory;
    const { scratch } = this.#plan;
    forwardLayer(this.#memory, layer, layer.packedGradient, t, 1, scratch, noFloor);
    const delta = fieldAt(layer.delta, t);
    let sum = 0;
    for (let j = 0; j < layer.outputs; j++) sum += numbers[delta + j]! * numbers[scratch.start + j]!;
    return sum;
  }

  #setDeltas(logitsGradient: Float64Array, steps: number): void {
    const { numbers } = this.#memory;
    const { layers, gathered } = this.#plan;
    const last = layers.at(-1)!;
    for (let t = 0; t < steps; t++) {
      const to = fieldAt(last.delta, t);
      let square = 0;
      for (let k = 0; k < last.outputs; k++) {
        const delta = logitsGradient[t * last.outputs + k]!;
        numbers[to + k] = delta;
        square += delta * delta;
      }
      numbers[fieldAt(gathered, t)] = square * this.#inputWeight(last, t);
    }
  }

  /** ‖h‖² + 1 of a layer's input; without the 1 where there is no bias. */
  #inputWeight(layer: LayerPlaces, t: number): number {
    return this.#memory.numbers[fieldAt(layer.inputSquare, t)]! + (layer.bias === undefined ? 0 : 1);
  }

  #backwardTile(start: number, count: number, gradient: Float64Array): void {
    const memory = this.#memory;
    const { numbers } = memory;
    const { layers, gathered, deltaSquare, sums } = this.#plan;
    for (let index = layers.length - 1; index >= 0; index--) {
      const layer = layers[index]!;
      const below = layers[index - 1];
      addWeightGradient(memory, layer, sums, start, count, gradient);
      if (below === undefined) continue;
      if (this.#masks?.isActive) this.#propagateDropped(index, start, count, this.#masks);
      else propagate(memory, layer, below, deltaSquare, start, count, this.#isRelu);
      for (let t = start; t < start + count; t++) {
        numbers[fieldAt(gathered, t)]! += numbers[fieldAt(deltaSquare, t)]! * this.#inputWeight(below, t);
      }
    }
  }

  /** `propagate` from layer `index` to the one below it, whose outputs were dropped by `masks`. */
  #propagateDropped(index: number, start: number, count: number, masks: RowMasks): void {
    const { numbers } = this.#memory;
    const { layers, deltaSquare } = this.#plan;
    for (let t = start; t < start + count; t++) {
      numbers[fieldAt(deltaSquare, t)] = propagateDropped(
        numbers,
        layers[index]!,
        layers[index - 1]!,
        index - 1,
        t,
        this.#isRelu,
        masks,
      );
    }
  }
}
