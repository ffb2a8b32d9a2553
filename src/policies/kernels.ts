import type { SeenSteps } from "../rl/batch.ts";
import type { Generator } from "../rl/generator.ts";
import { type Architecture, architectureOf, outputCount } from "./architecture.ts";
import { CompositeNetwork } from "./compositeNetwork.ts";
import { isControl } from "./controlLayout.ts";
import { ControlNetwork } from "./controlNetwork.ts";
import { DenseNetwork } from "./denseNetwork.ts";
import { HeadReader } from "./headReader.ts";
import { initialParameters } from "./initialise.ts";
import type { Layout } from "./layout.ts";
import { firstCapacity, type Network } from "./network.ts";
import { clipFactor, gradientNorm, takeGroupedStep } from "./optimiser.ts";
import type {
  Gradient,
  Heads,
  OptimiserSpecification,
  OptimiserState,
  ParameterView,
  PolicyBackend,
  PolicySpecification,
} from "./policy.ts";
import { RowMasks } from "./rowMasks.ts";
import { kernelMemories } from "./wasm/denseKernels.ts";

/**
 * The float64 reference backend: dense policies in plain loops over typed arrays. Every number depends on θ and the
 * batch alone, to the last bit: not on capacity, on earlier batches, or on whether rows came by `act` or `forward`.
 * What methods return are views of internal buffers, valid until the next call that computes the same thing.
 */
export class KernelsBackend implements PolicyBackend {
  readonly name = "kernels";
  readonly specification: PolicySpecification;
  readonly parameters: readonly ParameterView[];
  readonly #architecture: Architecture;
  readonly #network: Network;
  readonly #reader: HeadReader;
  readonly #masks: RowMasks | undefined;
  readonly #outputCount: number;
  readonly #theta: Float64Array;
  readonly #gradient: Float64Array;
  #outputs: Float64Array;
  #stepNorms: Float64Array;
  #capacity: number;
  /** Whether steps, θ and gradient still belong together. */
  #isProjectable = false;

  /** Throws a RangeError for sizes that are no positive integers. θ is 0 until `initialise` or `setTheta`. */
  constructor(specification: PolicySpecification) {
    this.specification = specification;
    this.#architecture = architectureOf(specification);
    this.parameters = this.#architecture.parameters;
    const { hidden, dropout } = specification;
    this.#masks = dropout === undefined ? undefined : new RowMasks(hidden, dropout, firstCapacity);
    this.#network = createNetwork(this.#architecture, specification, this.#masks);
    this.#outputCount = outputCount(specification);
    this.#theta = new Float64Array(this.#architecture.parameterCount);
    this.#gradient = new Float64Array(this.#architecture.parameterCount);
    const { capacity } = this.#network;
    this.#capacity = capacity;
    this.#reader = new HeadReader(specification, capacity);
    this.#outputs = new Float64Array(capacity * this.#outputCount);
    this.#stepNorms = new Float64Array(capacity);
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
    this.setTheta(initialParameters(this.#architecture, this.specification.gaussian, generator));
  }

  /**
   * Takes row `row` of `observations` [… × observationSize] as step `row` of the batch under way and computes its
   * distribution, which `sample` then draws from. Nothing is computed twice: once rows 0 … T−1 have been acted on
   * (and, for a value head, the final observations of cut episodes after them), `heads` completes the batch.
   */
  act(observations: Float64Array, row: number): void {
    if (row >= this.#capacity) this.#reserve(row + 1);
    this.#isProjectable = false;
    this.#network.forward(observations, row, this.#outputs);
    this.#reader.distribution.readRow(this.#outputs, row);
  }

  /** Draws which hidden units a row keeps, for a policy with dropout; `act` follows. */
  drawMask(row: number, generator: Generator): void {
    this.#masks?.reserve(row + 1);
    this.#masks?.draw(row, generator);
  }

  /** The masks [steps × bytes] drawn for the first steps; undefined without dropout. */
  masks(steps: number): Uint8Array | undefined {
    return this.#masks?.rows(steps);
  }

  /** Draws the action of a row acted on into `actions`; false where the policy's outputs are no numbers any more. */
  sample(row: number, generator: Generator, actions: Float64Array): boolean {
    return this.#reader.distribution.sample(row, generator, actions);
  }

  /** The heads of the steps acted on so far, for the actions that were taken. */
  heads(actions: Float64Array, steps: number, seen?: SeenSteps): Heads {
    return this.#reader.heads(this.#outputs, actions, steps, seen);
  }

  forward(observations: Float64Array, actions: Float64Array, steps: number, seen?: SeenSteps): Heads {
    const rows = Math.max(steps, observations.length / this.specification.observationSize);
    if (rows > this.#capacity) this.#reserve(rows);
    this.#masks?.set(seen?.masks);
    for (let row = 0; row < rows; row++) this.act(observations, row);
    return this.heads(actions, steps, seen);
  }

  backward(outputsGradient: Float64Array, rows: number): Gradient {
    this.#network.backward(outputsGradient, rows, this.#gradient, this.#stepNorms);
    this.#isProjectable = true;
    return { gradient: this.#gradient, stepNorms: this.#stepNorms.subarray(0, rows) };
  }

  /** g of the last backward pass, itself. */
  gradient(): Float64Array {
    return this.#gradient;
  }

  /** Adds weight · `vector` [|θ|] to g: what reaches θ by another way than the outputs. */
  addToGradient(vector: Float64Array, weight: number): void {
    const gradient = this.#gradient;
    for (let i = 0; i < gradient.length; i++) gradient[i]! += weight * vector[i]!;
  }

  /** Throws where θ or a row has changed since `backward`. */
  project(steps: number): Float64Array {
    if (!this.#isProjectable) throw new Error("project follows backward, before θ or a step changes");
    return this.#network.project(this.#gradient, steps);
  }

  /** @returns ‖g‖ before clipping. */
  apply(optimiser: OptimiserSpecification, state: OptimiserState, clipNorm: number | undefined): number {
    const norm = gradientNorm(this.#gradient);
    const { policy, free } = this.#architecture;
    const scale = clipFactor(norm, clipNorm);
    takeGroupedStep(optimiser, state, this.#theta, this.#gradient, scale, policy.parameterCount + free);
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
    this.#capacity = capacity;
    this.#reader.distribution.reserve(capacity);
    this.#masks?.reserve(capacity);
    const outputs = new Float64Array(capacity * this.#outputCount);
    outputs.set(this.#outputs);
    this.#outputs = outputs;
    this.#stepNorms = new Float64Array(capacity);
  }
}

/** The quickest network for a policy's shape: one whole, or its parts side by side. */
function createNetwork(
  { policy, free, value }: Architecture,
  { activation, value: valueHead }: PolicySpecification,
  masks: RowMasks | undefined,
): Network {
  const createMemory = kernelMemories();
  const network = (layout: Layout) =>
    activation === "relu" && isControl(layout)
      ? new ControlNetwork(layout)
      : new DenseNetwork(layout, activation, createMemory);
  const policyNetwork = masks ? new DenseNetwork(policy, activation, createMemory, masks) : network(policy);
  if (free === 0 && value === undefined) return policyNetwork;
  return new CompositeNetwork({
    policy: policyNetwork,
    policyOutputs: policy.layers.at(-1)!.outputs,
    leadingOutputs: policy.layers.at(-1)!.outputs - (valueHead?.trunk === "shared" ? 1 : 0),
    policyParameters: policy.parameterCount,
    free,
    value: value === undefined ? undefined : network(value),
  });
}
