import type { EpisodeEnds } from "../rl/episodeEnds.ts";
import type { Generator } from "../rl/generator.ts";
import { type Architecture, architectureOf, outputCount } from "./architecture.ts";
import { CompositeNetwork } from "./compositeNetwork.ts";
import { isControl } from "./controlLayout.ts";
import { ControlNetwork } from "./controlNetwork.ts";
import { DenseNetwork } from "./denseNetwork.ts";
import { HeadReader } from "./headReader.ts";
import { initialParameters } from "./initialise.ts";
import type { Layout } from "./layout.ts";
import type { Network } from "./network.ts";
import { ParameterMemory } from "./parameterMemory.ts";
import type {
  Gradient,
  Heads,
  OptimiserKind,
  OptimiserSpecification,
  OptimiserState,
  ParameterView,
  PolicyBackend,
  PolicySpecification,
} from "./policy.ts";
import { type CreateMemory, kernelMemories } from "./wasm/kernelMemory.ts";

/**
 * The float64 reference backend: dense policies in loops over typed arrays, most of them in WebAssembly. Every number depends on θ and the
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
  readonly #outputCount: number;
  readonly #numbers: ParameterMemory;
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
    const createMemory = kernelMemories();
    this.#network = createNetwork(this.#architecture, specification, createMemory);
    this.#outputCount = outputCount(specification);
    this.#numbers = new ParameterMemory(this.#architecture.parameterCount, createMemory);
    const { capacity } = this.#network;
    this.#capacity = capacity;
    this.#reader = new HeadReader(specification, capacity);
    this.#outputs = new Float64Array(capacity * this.#outputCount);
    this.#stepNorms = new Float64Array(capacity);
  }

  /** θ itself, not a copy: change it by `setTheta` only. */
  theta(): Float64Array {
    return this.#numbers.theta;
  }

  setTheta(theta: Float64Array): void {
    if (theta.length !== this.#numbers.theta.length) {
      throw new RangeError(`θ has ${this.#numbers.theta.length} numbers, not ${theta.length}`);
    }
    this.#numbers.theta.set(theta);
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
    this.#network.forward(observations, row, 1, this.#outputs);
    this.#reader.distribution.readRow(this.#outputs, row);
  }

  /** Draws the action of a row acted on into `actions`; false where the policy's outputs are no numbers any more. */
  sample(row: number, generator: Generator, actions: Float64Array): boolean {
    return this.#reader.distribution.sample(row, generator, actions);
  }

  /** The heads of the steps acted on so far, for the actions that were taken. */
  heads(actions: Float64Array, steps: number, ends?: EpisodeEnds): Heads {
    return this.#reader.heads(this.#outputs, actions, steps, ends);
  }

  forward(observations: Float64Array, actions: Float64Array, steps: number, ends?: EpisodeEnds): Heads {
    const rows = Math.max(steps, observations.length / this.specification.observationSize);
    if (rows > this.#capacity) this.#reserve(rows);
    this.#isProjectable = false;
    this.#network.forward(observations, 0, rows, this.#outputs);
    for (let row = 0; row < rows; row++) this.#reader.distribution.readRow(this.#outputs, row);
    return this.heads(actions, steps, ends);
  }

  backward(outputsGradient: Float64Array, rows: number): Gradient {
    this.#network.backward(outputsGradient, rows, this.#numbers.gradient, this.#stepNorms);
    this.#isProjectable = true;
    return { gradient: this.#numbers.gradient, stepNorms: this.#stepNorms.subarray(0, rows) };
  }

  /** Throws where θ or a row has changed since `backward`. */
  project(steps: number): Float64Array {
    if (!this.#isProjectable) throw new Error("project follows backward, before θ or a step changes");
    return this.#network.project(this.#numbers.gradient, steps);
  }

  /** The state of an optimiser before its first step, where `apply` is quickest; what was returned before is void. */
  createOptimiserState(kind: OptimiserKind): OptimiserState {
    return this.#numbers.createState(kind);
  }

  /** @returns ‖g‖ before clipping. */
  apply(optimiser: OptimiserSpecification, state: OptimiserState, clipNorm: number | undefined): number {
    const { policy, free } = this.#architecture;
    const norm = this.#numbers.step(optimiser, state, clipNorm, policy.parameterCount + free);
    this.#parametersChanged();
    return norm;
  }

  #parametersChanged(): void {
    this.#isProjectable = false;
    this.#network.setParameters(this.#numbers.theta);
  }

  /** Makes room for `steps` steps; what is there stays. */
  #reserve(steps: number): void {
    this.#network.reserve(steps);
    const { capacity } = this.#network;
    this.#capacity = capacity;
    this.#reader.distribution.reserve(capacity);
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
  createMemory: CreateMemory,
): Network {
  const network = (layout: Layout) =>
    activation === "relu" && isControl(layout)
      ? new ControlNetwork(layout, createMemory)
      : new DenseNetwork(layout, activation, createMemory);
  if (free === 0 && value === undefined) return network(policy);
  return new CompositeNetwork({
    policy: network(policy),
    policyOutputs: policy.layers.at(-1)!.outputs,
    leadingOutputs: policy.layers.at(-1)!.outputs - (valueHead?.trunk === "shared" ? 1 : 0),
    policyParameters: policy.parameterCount,
    free,
    value: value === undefined ? undefined : network(value),
  });
}
