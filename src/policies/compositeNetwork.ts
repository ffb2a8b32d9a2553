import type { Network } from "./network.ts";

/** The parts of a policy whose outputs do not all come from one network. */
export interface NetworkParts {
  readonly policy: Network;
  readonly policyOutputs: number;
  /** How many of those come before the free ones; a shared V comes after them. */
  readonly leadingOutputs: number;
  readonly policyParameters: number;
  /** Free parameters that are outputs themselves, the same in every step. */
  readonly free: number;
  readonly value: Network | undefined;
}

/** θ, or a gradient in θ's layout, by the parts that its numbers belong to. */
interface Divided {
  readonly policy: Float64Array;
  readonly free: Float64Array;
  readonly value: Float64Array;
}

/** A policy network, free parameters and a value network side by side: their outputs follow each other, as their parameters do. */
export class CompositeNetwork implements Network {
  readonly #parts: NetworkParts;
  readonly #outputs: number;
  #policyOutputs: Float64Array;
  #values: Float64Array;
  #freeParameters: Float64Array;
  /** ∂L/∂outputs of the steps last passed back, by part, and the norms of the value network; with room for more steps. */
  #policyGradient: Float64Array = new Float64Array(0);
  #freeGradient: Float64Array = new Float64Array(0);
  #valueGradient: Float64Array = new Float64Array(0);
  #valueNorms: Float64Array = new Float64Array(0);
  /** Views of the same few arrays, which come again and again. */
  readonly #divided = new WeakMap<Float64Array, Divided>();

  constructor(parts: NetworkParts) {
    this.#parts = parts;
    this.#outputs = parts.policyOutputs + parts.free + (parts.value === undefined ? 0 : 1);
    this.#policyOutputs = new Float64Array(parts.policy.capacity * parts.policyOutputs);
    this.#values = new Float64Array(parts.value === undefined ? 0 : parts.policy.capacity);
    this.#freeParameters = new Float64Array(parts.free);
  }

  get capacity(): number {
    const { policy, value } = this.#parts;
    return value === undefined ? policy.capacity : Math.min(policy.capacity, value.capacity);
  }

  reserve(steps: number): void {
    const { policy, policyOutputs, value } = this.#parts;
    policy.reserve(steps);
    value?.reserve(steps);
    this.#policyOutputs = grown(this.#policyOutputs, this.capacity * policyOutputs);
    if (value !== undefined) this.#values = grown(this.#values, this.capacity);
  }

  setParameters(theta: Float64Array): void {
    const parts = this.#divide(theta);
    this.#parts.policy.setParameters(parts.policy);
    this.#freeParameters = parts.free;
    this.#parts.value?.setParameters(parts.value);
  }

  forward(observations: Float64Array, first: number, count: number, outputs: Float64Array): void {
    const { policy, policyOutputs, leadingOutputs, free, value } = this.#parts;
    policy.forward(observations, first, count, this.#policyOutputs);
    value?.forward(observations, first, count, this.#values);
    for (let row = first; row < first + count; row++) {
      let to = row * this.#outputs;
      let from = row * policyOutputs;
      for (let k = 0; k < leadingOutputs; k++) outputs[to++] = this.#policyOutputs[from++]!;
      for (let k = 0; k < free; k++) outputs[to++] = this.#freeParameters[k]!;
      for (let k = leadingOutputs; k < policyOutputs; k++) outputs[to++] = this.#policyOutputs[from++]!;
      if (value !== undefined) outputs[to] = this.#values[row]!;
    }
  }

  backward(
    outputsGradient: Float64Array,
    steps: number,
    gradient: Float64Array,
    stepNorms: Float64Array,
  ): void {
    const { policy, value } = this.#parts;
    const parts = this.#divide(gradient);
    this.#split(outputsGradient, steps);
    policy.backward(this.#policyGradient, steps, parts.policy, stepNorms);
    this.#passFree(parts.free, steps, stepNorms);
    if (value === undefined) return;
    value.backward(this.#valueGradient, steps, parts.value, this.#valueNorms);
    for (let t = 0; t < steps; t++) stepNorms[t] = Math.hypot(stepNorms[t]!, this.#valueNorms[t]!);
  }

  project(gradient: Float64Array, steps: number): Float64Array {
    const { policy, free, value } = this.#parts;
    const parts = this.#divide(gradient);
    const projections = policy.project(parts.policy, steps);
    const values = value?.project(parts.value, steps);
    return projections.map((projection, t) => {
      let sum = projection + (values?.[t] ?? 0);
      for (let k = 0; k < free; k++) sum += parts.free[k]! * this.#freeGradient[t * free + k]!;
      return sum;
    });
  }

  #divide(numbers: Float64Array): Divided {
    const { policyParameters, free } = this.#parts;
    const known = this.#divided.get(numbers);
    if (known) return known;
    const divided = {
      policy: numbers.subarray(0, policyParameters),
      free: numbers.subarray(policyParameters, policyParameters + free),
      value: numbers.subarray(policyParameters + free),
    };
    this.#divided.set(numbers, divided);
    return divided;
  }

  /** A free parameter's gradient is the sum of its adjoints; each step's norm gains their squares. */
  #passFree(gradient: Float64Array, steps: number, stepNorms: Float64Array): void {
    const { free } = this.#parts;
    gradient.fill(0);
    for (let t = 0; t < steps && free > 0; t++) {
      let square = stepNorms[t]! * stepNorms[t]!;
      for (let k = 0; k < free; k++) {
        const adjoint = this.#freeGradient[t * free + k]!;
        gradient[k]! += adjoint;
        square += adjoint * adjoint;
      }
      stepNorms[t] = Math.sqrt(square);
    }
  }

  #split(outputsGradient: Float64Array, steps: number): void {
    const { policyOutputs, leadingOutputs, free, value } = this.#parts;
    const outputs = this.#outputs;
    this.#policyGradient = grown(this.#policyGradient, steps * policyOutputs);
    this.#freeGradient = grown(this.#freeGradient, steps * free);
    this.#valueGradient = grown(this.#valueGradient, steps);
    this.#valueNorms = grown(this.#valueNorms, steps);
    for (let t = 0; t < steps; t++) {
      let from = t * outputs;
      let to = t * policyOutputs;
      for (let k = 0; k < leadingOutputs; k++) this.#policyGradient[to++] = outputsGradient[from++]!;
      for (let k = 0; k < free; k++) this.#freeGradient[t * free + k] = outputsGradient[from++]!;
      for (let k = leadingOutputs; k < policyOutputs; k++)
        this.#policyGradient[to++] = outputsGradient[from++]!;
      if (value !== undefined) this.#valueGradient[t] = outputsGradient[from]!;
    }
  }
}

function grown(array: Float64Array, length: number): Float64Array {
  if (array.length >= length) return array;
  const larger = new Float64Array(length);
  larger.set(array);
  return larger;
}
