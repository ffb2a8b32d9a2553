import {
  type ControlPlan,
  headInput,
  headLogits,
  headSize,
  headSquare,
  packControl,
  planControl,
  unpackUnits,
} from "./controlLayout.ts";
import type { Layout } from "./layout.ts";
import { firstCapacity, grownCapacity, type Network, tileSteps } from "./network.ts";
import type { CreateMemory, KernelMemory } from "./wasm/kernelMemory.ts";

/**
 * A relu policy of the size of control problems: one hidden layer over at most 4 inputs, at most 2 logits. Everything
 * about a unit lies together and is used in one pass, which the general network does in four.
 */
export class ControlNetwork implements Network {
  readonly #layout: Layout;
  readonly #createMemory: CreateMemory;
  #plan: ControlPlan;
  #memory: KernelMemory;

  constructor(layout: Layout, createMemory: CreateMemory) {
    this.#layout = layout;
    this.#createMemory = createMemory;
    this.#plan = planControl(layout, firstCapacity);
    this.#memory = createMemory(this.#plan.length);
  }

  get capacity(): number {
    return this.#plan.capacity;
  }

  reserve(steps: number): void {
    const from = this.#plan;
    if (steps <= from.capacity) return;
    const grown = grownCapacity(
      from.capacity,
      steps,
      (capacity) => planControl(this.#layout, capacity).length,
    );
    const plan = planControl(this.#layout, grown);
    const memory = this.#createMemory(plan.length);
    memory.numbers.set(this.#memory.numbers.subarray(0, from.hidden));
    memory.numbers.set(this.#memory.numbers.subarray(from.hidden), plan.hidden);
    this.#memory = memory;
    this.#plan = plan;
  }

  setParameters(theta: Float64Array): void {
    packControl(this.#memory, this.#plan.packed, this.#plan, theta);
  }

  forward(observations: Float64Array, first: number, count: number, logits: Float64Array): void {
    const { numbers, kernels } = this.#memory;
    const { packed, paddedUnits, inputs, outputs, heads, hidden, stride } = this.#plan;
    const head = heads + first * headSize;
    for (let row = 0; row < count; row++) {
      const from = (first + row) * inputs;
      const to = head + row * headSize + headInput;
      for (let i = 0; i < inputs; i++) numbers[to + i] = observations[from + i]!;
    }
    const output = hidden + first * stride;
    kernels.controlForward(8 * packed, paddedUnits, 8 * head, 8 * headSize, 8 * output, 8 * stride, count);
    for (let row = 0; row < count; row++) {
      const from = head + row * headSize + headLogits;
      const to = (first + row) * outputs;
      for (let k = 0; k < outputs; k++) logits[to + k] = numbers[from + k]!;
    }
  }

  backward(
    logitsGradient: Float64Array,
    steps: number,
    gradient: Float64Array,
    stepNorms: Float64Array,
  ): void {
    const { numbers, kernels } = this.#memory;
    const { packed, packedGradient, paddedUnits, flat, heads, hidden, stride } = this.#plan;
    numbers.fill(0, packedGradient, flat);
    this.#setDeltas(logitsGradient, steps);
    for (let start = 0; start < steps; start += tileSteps) {
      kernels.controlBackward(
        8 * packed,
        paddedUnits,
        8 * (heads + start * headSize),
        8 * headSize,
        8 * (hidden + start * stride),
        8 * stride,
        Math.min(tileSteps, steps - start),
        8 * packedGradient,
      );
    }
    this.#unpack(gradient, steps);
    this.#measure(steps, stepNorms);
  }

  project(gradient: Float64Array, steps: number): Float64Array {
    const { packed, packedGradient, paddedUnits, flat, heads, hidden, stride } = this.#plan;
    const { numbers, kernels } = this.#memory;
    // The sums of a backward pass lie there, also for biases that this policy does not have.
    numbers.fill(0, packedGradient, flat);
    packControl(this.#memory, packedGradient, this.#plan, gradient);
    kernels.controlProject(
      8 * packed,
      8 * packedGradient,
      paddedUnits,
      8 * heads,
      8 * headSize,
      8 * hidden,
      8 * stride,
      steps,
    );
    const projections = new Float64Array(steps);
    for (let t = 0; t < steps; t++) projections[t] = numbers[heads + t * headSize]!;
    return projections;
  }

  #setDeltas(logitsGradient: Float64Array, steps: number): void {
    const memory = this.#memory.numbers;
    const { heads, outputs } = this.#plan;
    for (let t = 0; t < steps; t++) {
      const head = heads + t * headSize;
      memory[head] = 0;
      memory[head + headLogits] = logitsGradient[t * outputs]!;
      memory[head + headLogits + 1] = outputs > 1 ? logitsGradient[t * outputs + 1]! : 0;
    }
  }

  /** Writes the units' sums, and the biases of the logits, into the flat gradient. */
  #unpack(gradient: Float64Array, steps: number): void {
    const { numbers } = this.#memory;
    const { packedGradient, outputs, heads, logitBias } = this.#plan;
    unpackUnits(this.#memory, packedGradient, this.#plan, gradient);
    for (let k = 0; k < outputs && logitBias !== undefined; k++) {
      let sum = 0;
      for (let t = 0; t < steps; t++) sum += numbers[heads + t * headSize + headLogits + k]!;
      gradient[logitBias + k] = sum;
    }
  }

  /** ‖g_t‖² = ‖δ₁‖²(‖x‖² + 1) + ‖δ₂‖²(‖h‖² + 1), without the 1 where there is no bias. */
  #measure(steps: number, stepNorms: Float64Array): void {
    const memory = this.#memory.numbers;
    const { heads, hasBias } = this.#plan;
    const one = hasBias ? 1 : 0;
    for (let t = 0; t < steps; t++) {
      const head = heads + t * headSize;
      const e0 = memory[head + headLogits]!;
      const e1 = memory[head + headLogits + 1]!;
      const x0 = memory[head + headInput]!;
      const x1 = memory[head + headInput + 1]!;
      const x2 = memory[head + headInput + 2]!;
      const x3 = memory[head + headInput + 3]!;
      const inputs = x0 * x0 + x1 * x1 + (x2 * x2 + x3 * x3) + one;
      const outputs = (e0 * e0 + e1 * e1) * (memory[head + headSquare]! + one);
      stepNorms[t] = Math.sqrt(memory[head]! * inputs + outputs);
    }
  }
}
