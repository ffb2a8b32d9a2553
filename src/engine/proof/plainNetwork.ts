import type { Activation } from "../../policies/policy.ts";

interface PlainLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** Where W [outputs × inputs] and b [outputs] begin in θ. */
  readonly weights: number;
  readonly biases: number | undefined;
}

/** One row through the network: its input and every layer's output after the activation, and z before it. */
export interface Activations {
  readonly values: readonly Float64Array[];
  readonly sums: readonly Float64Array[];
  /** What dropout multiplied each hidden layer's outputs with; undefined where nothing was dropped. */
  readonly factors: readonly Float64Array[] | undefined;
}

/** The nearest θ + s·d at which a relu unit opens or shuts. */
export interface UnitDistance {
  readonly distance: number;
  /** Counted from 1 at the input. */
  readonly layer: number;
  readonly unit: number;
}

/** The shape of a dense network, and where its parameters begin in θ. */
export interface PlainShape {
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
  readonly activation: Activation;
  readonly bias: boolean;
  readonly offset: number;
}

/**
 * A dense network in the plainest loops, one row and one output at a time, written apart from the kernels so that a
 * mistake there is not repeated here. Slow on purpose: only proofs use it.
 */
export class PlainNetwork {
  /** Where its parameters end in θ. */
  readonly end: number;
  readonly #layers: readonly PlainLayer[];
  readonly #isRelu: boolean;

  constructor({ inputs, hidden, outputs, activation, bias, offset }: PlainShape) {
    const layers: PlainLayer[] = [];
    let next = offset;
    let below = inputs;
    for (const size of [...hidden, outputs]) {
      const weights = next;
      next += below * size;
      layers.push({ inputs: below, outputs: size, weights, biases: bias ? next : undefined });
      if (bias) next += size;
      below = size;
    }
    this.#layers = layers;
    this.#isRelu = activation === "relu";
    this.end = next;
  }

  /** Everything that one observation becomes on its way to the logits, which are the last of `values`. */
  run(theta: Float64Array, observation: Float64Array, factors?: readonly Float64Array[]): Activations {
    const values = [observation];
    const sums: Float64Array[] = [];
    for (const [index, layer] of this.#layers.entries()) {
      const sum = affine(layer, theta, theta, values[index]!);
      sums.push(sum);
      const factor = factors?.[index];
      const isLast = index === this.#layers.length - 1;
      values.push(isLast ? sum : sum.map((z, unit) => this.#activate(z) * (factor?.[unit] ?? 1)));
    }
    return { values, sums, factors };
  }

  /** Adds weight · ∇_θ z_output to `into`, and size · |∇_θ z_output| to `mass`, by backpropagation from that output alone. */
  addOutputGradient(
    theta: Float64Array,
    { values, sums, factors }: Activations,
    output: number,
    weight: number,
    size: number,
    into: Float64Array,
    mass: Float64Array,
  ): void {
    let delta = new Float64Array(this.#layers.at(-1)!.outputs);
    delta[output] = 1;
    for (let index = this.#layers.length - 1; index >= 0; index--) {
      const layer = this.#layers[index]!;
      const below = values[index]!;
      addLayer(layer, delta, below, weight, into);
      addLayer(layer, delta.map(Math.abs), below.map(Math.abs), size, mass);
      if (index > 0) delta = this.#backThrough(layer, theta, delta, sums[index - 1]!, factors?.[index - 1]);
    }
  }

  /** The side of 0 on which every relu unit lies for one row, appended to `codes`. */
  addUnitSigns(
    theta: Float64Array,
    observation: Float64Array,
    codes: number[],
    factors?: readonly Float64Array[],
  ): void {
    if (!this.#isRelu) return;
    const { sums } = this.run(theta, observation, factors);
    for (const sum of sums.slice(0, -1)) for (const z of sum) codes.push(Math.sign(z));
  }

  /** How many signs a row has. */
  get unitCount(): number {
    if (!this.#isRelu) return 0;
    return this.#layers.slice(0, -1).reduce((sum, { outputs }) => sum + outputs, 0);
  }

  /** Which layer and unit the sign at `place` of a row belongs to. */
  unitAt(place: number): Omit<UnitDistance, "distance"> {
    let unit = place;
    let layer = 0;
    while (unit >= this.#layers[layer]!.outputs) unit -= this.#layers[layer++]!.outputs;
    return { layer: layer + 1, unit };
  }

  /**
   * How far θ may move along `direction`, either way, before the first relu unit of one row changes sides, if that is
   * nearer than `limit`. Forward accumulation: ż = Ẇh + Wḣ + ḃ beside z; to first order beyond the first layer.
   */
  nearestKink(
    theta: Float64Array,
    direction: Float64Array,
    { values, sums, factors }: Activations,
    limit: number,
  ): UnitDistance | undefined {
    if (!this.#isRelu) return undefined;
    let nearest: UnitDistance | undefined;
    let distance = limit;
    let tangent: Float64Array | undefined;
    for (let index = 0; index < this.#layers.length - 1; index++) {
      const layer = this.#layers[index]!;
      const sum = sums[index]!;
      const moved = affine(layer, direction, direction, values[index]!);
      if (tangent) addProduct(layer, theta, tangent, moved);
      for (let unit = 0; unit < layer.outputs; unit++) {
        const reach = Math.abs(sum[unit]! / moved[unit]!);
        if (reach < distance) {
          distance = reach;
          nearest = { distance, layer: index + 1, unit };
        }
        if (!(sum[unit]! > 0)) moved[unit] = 0;
        else moved[unit]! *= factors?.[index]?.[unit] ?? 1;
      }
      tangent = moved;
    }
    return nearest;
  }

  #activate(z: number): number {
    if (!this.#isRelu) return Math.tanh(z);
    return z > 0 ? z : 0;
  }

  #slope(h: number): number {
    if (!this.#isRelu) return 1 - h * h;
    return h > 0 ? 1 : 0;
  }

  #backThrough(
    { inputs, outputs, weights }: PlainLayer,
    theta: Float64Array,
    delta: Float64Array,
    sumsBelow: Float64Array,
    factor: Float64Array | undefined,
  ): Float64Array<ArrayBuffer> {
    return Float64Array.from({ length: inputs }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < outputs; j++) sum += delta[j]! * theta[weights + j * inputs + i]!;
      return sum * this.#slope(this.#activate(sumsBelow[i]!)) * (factor?.[i] ?? 1);
    });
  }
}

/** The row `step` of a matrix of `steps` rows. */
export function rowOf(matrix: Float64Array, step: number, steps: number): Float64Array {
  const width = matrix.length / steps;
  return matrix.subarray(step * width, (step + 1) * width);
}

/** W h + b, with W out of one vector and b out of another. */
function affine(
  { inputs, outputs, weights, biases }: PlainLayer,
  weightsOf: Float64Array,
  biasesOf: Float64Array,
  input: Float64Array,
): Float64Array {
  const result = new Float64Array(outputs);
  for (let j = 0; j < outputs; j++) {
    let sum = biases === undefined ? 0 : biasesOf[biases + j]!;
    for (let i = 0; i < inputs; i++) sum += weightsOf[weights + j * inputs + i]! * input[i]!;
    result[j] = sum;
  }
  return result;
}

/** Adds W h to `into`. */
function addProduct(
  { inputs, outputs, weights }: PlainLayer,
  theta: Float64Array,
  input: Float64Array,
  into: Float64Array,
): void {
  for (let j = 0; j < outputs; j++) {
    for (let i = 0; i < inputs; i++) into[j]! += theta[weights + j * inputs + i]! * input[i]!;
  }
}

/** Adds weight · δ ⊗ h to W's place and weight · δ to b's. */
function addLayer(
  { inputs, outputs, weights, biases }: PlainLayer,
  delta: Float64Array,
  below: Float64Array,
  weight: number,
  into: Float64Array,
): void {
  for (let j = 0; j < outputs; j++) {
    const scaled = weight * delta[j]!;
    if (scaled === 0) continue;
    for (let i = 0; i < inputs; i++) into[weights + j * inputs + i]! += scaled * below[i]!;
    if (biases !== undefined) into[biases + j]! += scaled;
  }
}
