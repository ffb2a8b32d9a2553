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

/** A policy network, free parameters and a value network side by side: their outputs follow each other, as their parameters do. */
export class CompositeNetwork implements Network {
  readonly #parts: NetworkParts;
  readonly #outputs: number;
  #policyOutputs: Float64Array;
  #values: Float64Array;
  #freeParameters: Float64Array;
  /** ∂L/∂outputs of the steps last passed back, by part. */
  #policyGradient = new Float64Array(0);
  #valueGradient = new Float64Array(0);
  #outputsGradient = new Float64Array(0);

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
    const { policy, policyParameters, free, value } = this.#parts;
    policy.setParameters(theta.subarray(0, policyParameters));
    this.#freeParameters = theta.subarray(policyParameters, policyParameters + free);
    value?.setParameters(theta.subarray(policyParameters + free));
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
    const { policy, policyParameters, free, value } = this.#parts;
    this.#split(outputsGradient, steps);
    policy.backward(this.#policyGradient, steps, gradient.subarray(0, policyParameters), stepNorms);
    this.#passFree(gradient.subarray(policyParameters, policyParameters + free), steps, stepNorms);
    if (value === undefined) return;
    const valueNorms = new Float64Array(steps);
    value.backward(this.#valueGradient, steps, gradient.subarray(policyParameters + free), valueNorms);
    for (let t = 0; t < steps; t++) stepNorms[t] = Math.hypot(stepNorms[t]!, valueNorms[t]!);
  }

  project(gradient: Float64Array, steps: number): Float64Array {
    const { policy, leadingOutputs, policyParameters, free, value } = this.#parts;
    const projections = policy.project(gradient.subarray(0, policyParameters), steps);
    const values = value?.project(gradient.subarray(policyParameters + free), steps);
    return projections.map((projection, t) => {
      let sum = projection + (values?.[t] ?? 0);
      for (let k = 0; k < free; k++) {
        sum +=
          gradient[policyParameters + k]! * this.#outputsGradient[t * this.#outputs + leadingOutputs + k]!;
      }
      return sum;
    });
  }

  /** A free parameter's gradient is the sum of its adjoints; each step's norm gains their squares. */
  #passFree(gradient: Float64Array, steps: number, stepNorms: Float64Array): void {
    const { leadingOutputs, free } = this.#parts;
    gradient.fill(0);
    for (let t = 0; t < steps && free > 0; t++) {
      let square = stepNorms[t]! * stepNorms[t]!;
      for (let k = 0; k < free; k++) {
        const adjoint = this.#outputsGradient[t * this.#outputs + leadingOutputs + k]!;
        gradient[k]! += adjoint;
        square += adjoint * adjoint;
      }
      stepNorms[t] = Math.sqrt(square);
    }
  }

  #split(outputsGradient: Float64Array, steps: number): void {
    const { policyOutputs, leadingOutputs, free, value } = this.#parts;
    const outputs = this.#outputs;
    this.#outputsGradient = outputsGradient.slice(0, steps * outputs);
    this.#policyGradient = new Float64Array(steps * policyOutputs);
    this.#valueGradient = new Float64Array(value === undefined ? 0 : steps);
    for (let t = 0; t < steps; t++) {
      const from = t * outputs;
      for (let k = 0; k < policyOutputs; k++) {
        const place = k < leadingOutputs ? k : k + free;
        this.#policyGradient[t * policyOutputs + k] = outputsGradient[from + place]!;
      }
      if (value !== undefined) this.#valueGradient[t] = outputsGradient[from + outputs - 1]!;
    }
  }
}

function grown(array: Float64Array, length: number): Float64Array {
  if (array.length >= length) return array;
  const larger = new Float64Array(length);
  larger.set(array);
  return larger;
}
