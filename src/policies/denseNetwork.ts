import { addWeightGradient, fieldAt, propagate } from "./backwardKernels.ts";
import { dropOutputs, propagateDropped } from "./droppedLayer.ts";
import { applyTanh, forwardLayer } from "./forwardKernels.ts";
import type { Layout } from "./layout.ts";
import {
  copyMemory,
  hiddenFloor,
  type LayerPlaces,
  type MemoryPlan,
  noFloor,
  planMemory,
} from "./memoryPlan.ts";
import { firstCapacity, grownCapacity, type Network, tileSteps } from "./network.ts";
import { packLayer } from "./packing.ts";
import type { Activation } from "./policy.ts";
import type { RowMasks } from "./rowMasks.ts";
import type { KernelMemory } from "./wasm/denseKernels.ts";

/** A dense network of any depth, layer by layer. */
export class DenseNetwork implements Network {
  readonly #layout: Layout;
  readonly #isRelu: boolean;
  readonly #createMemory: (length: number) => KernelMemory;
  readonly #masks: RowMasks | undefined;
  #plan: MemoryPlan;
  #memory: KernelMemory;

  /** Of `masks`, units of the hidden layers are dropped while they are active. */
  constructor(
    layout: Layout,
    activation: Activation,
    createMemory: (length: number) => KernelMemory,
    masks?: RowMasks,
  ) {
    this.#masks = masks;
    this.#layout = layout;
    this.#isRelu = activation === "relu";
    this.#plan = planMemory(layout, firstCapacity);
    this.#createMemory = createMemory;
    this.#memory = createMemory(this.#plan.length);
    this.#memory.numbers[hiddenFloor] = this.#isRelu ? 0 : Number.NEGATIVE_INFINITY;
    this.#memory.numbers[noFloor] = Number.NEGATIVE_INFINITY;
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

  forward(observations: Float64Array, row: number, logits: Float64Array): void {
    const { numbers } = this.#memory;
    const layers = this.#plan.layers;
    const last = layers.length - 1;
    const { inputs } = layers[0]!;
    const observation = fieldAt(layers[0]!.input, row);
    for (let i = 0; i < inputs; i++) numbers[observation + i] = observations[row * inputs + i]!;
    for (let index = 0; index <= last; index++) {
      const layer = layers[index]!;
      const output = fieldAt(layer.output, row);
      const floor = index === last ? noFloor : hiddenFloor;
      const input = fieldAt(layer.input, row);
      const square = forwardLayer(this.#memory, layer, layer.packed, input, output, floor);
      numbers[fieldAt(layer.inputSquare, row)] = square;
      if (index < last && !this.#isRelu) applyTanh(numbers, output, layer.outputs);
      if (index < last && this.#masks?.isActive) dropOutputs(numbers, layer, index, row, this.#masks);
    }
    const { outputs, output } = layers[last]!;
    const from = fieldAt(output, row);
    for (let k = 0; k < outputs; k++) logits[row * outputs + k] = numbers[from + k]!;
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
    forwardLayer(this.#memory, layer, layer.packedGradient, fieldAt(layer.input, t), scratch, noFloor);
    const delta = fieldAt(layer.delta, t);
    let sum = 0;
    for (let j = 0; j < layer.outputs; j++) sum += numbers[delta + j]! * numbers[scratch + j]!;
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
    const { layers, gathered, sums } = this.#plan;
    for (let index = layers.length - 1; index >= 0; index--) {
      const layer = layers[index]!;
      const below = layers[index - 1];
      addWeightGradient(memory, layer, sums, start, count, gradient);
      for (let t = start; t < start + count && below !== undefined; t++) {
        const square = this.#masks?.isActive
          ? propagateDropped(memory.numbers, layer, below, index - 1, t, this.#isRelu, this.#masks)
          : propagate(memory, layer, below, t, this.#isRelu);
        memory.numbers[fieldAt(gathered, t)]! += square * this.#inputWeight(below, t);
      }
    }
  }
}
