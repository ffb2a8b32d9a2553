import { addUnitGradient, forwardControl, projectControl } from "./controlKernels.ts";
import {
  type ControlPlan,
  headDelta,
  headInput,
  headSize,
  headSquare,
  packControl,
  planControl,
  unitSize,
} from "./controlLayout.ts";
import type { Layer, Layout } from "./layout.ts";
import { firstCapacity, grownCapacity, type Network, tileSteps } from "./network.ts";

/**
 * A relu policy of the size of control problems: one hidden layer over at most 4 inputs, at most 2 logits. Everything
 * about a unit lies together and is used in one pass, which the general network does in four.
 */
export class ControlNetwork implements Network {
  readonly #layout: Layout;
  #plan: ControlPlan;
  #memory: Float64Array;
  readonly #unitGradients: Float64Array;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#plan = planControl(layout, firstCapacity);
    this.#memory = new Float64Array(this.#plan.length);
    this.#unitGradients = new Float64Array(this.#plan.units * unitSize);
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
    const memory = new Float64Array(plan.length);
    memory.set(this.#memory.subarray(0, from.hidden));
    memory.set(this.#memory.subarray(from.hidden), plan.hidden);
    this.#memory = memory;
    this.#plan = plan;
  }

  setParameters(theta: Float64Array): void {
    packControl(this.#memory, this.#plan.packed, this.#layout, this.#plan, theta);
  }

  forward(observations: Float64Array, first: number, count: number, logits: Float64Array): void {
    const memory = this.#memory;
    const { packed, paddedUnits, inputs, outputs, heads, hidden, stride } = this.#plan;
    for (let row = first; row < first + count; row++) {
      const head = heads + row * headSize;
      for (let i = 0; i < inputs; i++) memory[head + headInput + i] = observations[row * inputs + i]!;
      const output = hidden + row * stride;
      forwardControl(memory, packed, paddedUnits, head, output, logits, row * outputs, outputs);
    }
  }

  backward(
    logitsGradient: Float64Array,
    steps: number,
    gradient: Float64Array,
    stepNorms: Float64Array,
  ): void {
    const { packed, units, heads, hidden, stride } = this.#plan;
    const sums = this.#unitGradients.fill(0);
    this.#setDeltas(logitsGradient, steps);
    for (let start = 0; start < steps; start += tileSteps) {
      const count = Math.min(tileSteps, steps - start);
      const head = heads + start * headSize;
      const output = hidden + start * stride;
      for (let j = 0; j < units; j++) {
        const place = j * unitSize;
        addUnitGradient(this.#memory, packed + place, head, output + j, stride, count, sums, place);
      }
    }
    this.#unpack(gradient, steps);
    this.#measure(steps, stepNorms);
  }

  project(gradient: Float64Array, steps: number): Float64Array {
    const { packed, packedGradient, paddedUnits, heads, hidden, stride } = this.#plan;
    packControl(this.#memory, packedGradient, this.#layout, this.#plan, gradient);
    return Float64Array.from({ length: steps }, (_, t) =>
      projectControl(
        this.#memory,
        packed,
        packedGradient,
        paddedUnits,
        heads + t * headSize,
        hidden + t * stride,
      ),
    );
  }

  #setDeltas(logitsGradient: Float64Array, steps: number): void {
    const memory = this.#memory;
    const { heads, outputs } = this.#plan;
    for (let t = 0; t < steps; t++) {
      const head = heads + t * headSize;
      memory[head] = 0;
      memory[head + headDelta] = logitsGradient[t * outputs]!;
      memory[head + headDelta + 1] = outputs > 1 ? logitsGradient[t * outputs + 1]! : 0;
    }
  }

  /** Writes the units' sums, and the biases of the logits, into the flat gradient. */
  #unpack(gradient: Float64Array, steps: number): void {
    const { inputs, units, outputs, heads } = this.#plan;
    const [first, second] = this.#layout.layers as [Layer, Layer];
    const sums = this.#unitGradients;
    for (let j = 0; j < units; j++) {
      const from = j * unitSize;
      if (first.bias !== undefined) gradient[first.bias + j] = sums[from]!;
      for (let i = 0; i < inputs; i++) gradient[first.weights + j * inputs + i] = sums[from + 1 + i]!;
      for (let k = 0; k < outputs; k++) gradient[second.weights + k * units + j] = sums[from + 5 + k]!;
    }
    for (let k = 0; k < outputs && second.bias !== undefined; k++) {
      let sum = 0;
      for (let t = 0; t < steps; t++) sum += this.#memory[heads + t * headSize + headDelta + k]!;
      gradient[second.bias + k] = sum;
    }
  }

  /** ‖g_t‖² = ‖δ₁‖²(‖x‖² + 1) + ‖δ₂‖²(‖h‖² + 1), without the 1 where there is no bias. */
  #measure(steps: number, stepNorms: Float64Array): void {
    const memory = this.#memory;
    const { heads, hasBias } = this.#plan;
    const one = hasBias ? 1 : 0;
    for (let t = 0; t < steps; t++) {
      const head = heads + t * headSize;
      const e0 = memory[head + headDelta]!;
      const e1 = memory[head + headDelta + 1]!;
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
