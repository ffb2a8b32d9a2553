import { clipFactor, gradientNorm } from "./optimiser.ts";
import type { OptimiserKind, OptimiserSpecification, OptimiserState } from "./policy.ts";
import type { CreateMemory, KernelMemory } from "./wasm/kernelMemory.ts";

/** θ, g and an optimiser's moments in one memory, so that a step runs over them where they lie. [count] numbers each. */
export class ParameterMemory {
  readonly theta: Float64Array;
  readonly gradient: Float64Array;
  readonly #moments: readonly Float64Array[];
  readonly #kernels: KernelMemory["kernels"];

  constructor(count: number, createMemory: CreateMemory) {
    const { numbers, kernels } = createMemory(4 * count);
    const part = (index: number) => numbers.subarray(index * count, (index + 1) * count);
    this.theta = part(0);
    this.gradient = part(1);
    this.#moments = [part(2), part(3)];
    this.#kernels = kernels;
  }

  /**
   * The state before the first step, with moments in this memory: there is room for those of one state, so what was
   * returned before is void. A state made elsewhere steps as well, but is copied here and back.
   */
  createState(kind: OptimiserKind): OptimiserState {
    if (kind === "sgd") return { step: 0, moments: [] };
    for (const moment of this.#moments) moment.fill(0);
    return { step: 0, moments: this.#moments };
  }

  /**
   * One step of θ along −g, clipped by norm where asked; the parameters from `valueStart` on at a step size of their own
   * where there is one. Counts the step in `state`; g stays as it is. @returns ‖g‖ before clipping.
   */
  step(
    optimiser: OptimiserSpecification,
    state: OptimiserState,
    clipNorm: number | undefined,
    valueStart: number,
  ): number {
    const { learningRate, valueLearningRate = learningRate } = optimiser;
    const norm = gradientNorm(this.gradient);
    const scale = clipFactor(norm, clipNorm);
    state.step += 1;
    const isElsewhere = state.moments.length > 0 && state.moments[0] !== this.#moments[0];
    if (isElsewhere) copyAll(state.moments, this.#moments);
    this.#stepRange(optimiser, learningRate, state.step, scale, 0, valueStart);
    this.#stepRange(optimiser, valueLearningRate, state.step, scale, valueStart, this.theta.length);
    if (isElsewhere) copyAll(this.#moments, state.moments);
    return norm;
  }

  /** Moves the parameters `from` … `to` − 1. */
  #stepRange(
    optimiser: OptimiserSpecification,
    learningRate: number,
    step: number,
    scale: number,
    from: number,
    to: number,
  ): void {
    const place = (part: number) => 8 * (part * this.theta.length + from);
    if (optimiser.kind === "sgd") {
      this.#kernels.sgd(place(0), place(1), to - from, scale, learningRate);
      return;
    }
    const { beta1, beta2, epsilon } = optimiser;
    const correction = Math.sqrt(1 - beta2 ** step);
    this.#kernels.adam(
      place(0),
      place(1),
      place(2),
      place(3),
      to - from,
      scale,
      1 - beta1,
      beta2,
      1 - beta2,
      (learningRate * correction) / (1 - beta1 ** step),
      epsilon * correction,
    );
  }
}

function copyAll(from: readonly Float64Array[], to: readonly Float64Array[]): void {
  for (const [n, numbers] of from.entries()) to[n]!.set(numbers);
}
