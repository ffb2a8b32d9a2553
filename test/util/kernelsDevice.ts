import type { DeviceBackend } from "../../src/engine/backends/deviceBackend.ts";
import type { DeviceFigures, DevicePolicy } from "../../src/policies/devicePolicy.ts";
import { KernelsBackend } from "../../src/policies/kernels.ts";
import type { Gradient, OptimiserSpecification, PolicySpecification } from "../../src/policies/policy.ts";

/** What a double of a device does wrong, and when: in the backward pass of that many updates, counted over all its policies. */
export interface Trouble {
  failsAt?: number;
  /** Whether it still answers after that. */
  answers?: boolean;
  /** Adds noise of this size to every θ it steps to, another each time: a device that does not repeat itself. */
  noise?: number;
}

/** A device that computes on the kernels, with float32's θ, and fails on demand: for all that needs no real library. */
export function kernelsDevice(
  name: "tensorflow" | "webgpu" = "tensorflow",
  trouble: Trouble = {},
): DeviceBackend {
  const count = { updates: 0, steps: 0 };
  return {
    name,
    version: "0.0.0",
    device: "a double",
    precision: "float32",
    createPolicy: (specification) => new KernelsDevice(name, specification, trouble, count),
    tensorCount: () => 0,
  };
}

class KernelsDevice implements DevicePolicy {
  readonly name: string;
  readonly device = "a double";
  readonly precision = "float32";
  readonly #kernels: KernelsBackend;
  readonly #trouble: Trouble;
  readonly #count: { updates: number; steps: number };
  #moments: readonly Float64Array[] = [];
  #passed: Gradient | undefined;
  #steps = 0;
  #outputs = new Float64Array(0);

  constructor(
    name: string,
    specification: PolicySpecification,
    trouble: Trouble,
    count: { updates: number; steps: number },
  ) {
    this.name = name;
    this.#kernels = new KernelsBackend(specification);
    this.#trouble = trouble;
    this.#count = count;
  }

  setTheta(theta: Float64Array): void {
    this.#kernels.setTheta(theta);
  }

  setMoments(moments: readonly Float64Array[]): void {
    this.#moments = moments.map((moment) => moment.slice());
  }

  forward(observations: Float64Array, steps: number): void {
    this.#steps = steps;
    const heads = this.#kernels.forward(observations, new Float64Array(steps), steps);
    this.#outputs = heads.logits?.slice() ?? this.#outputs;
  }

  async outputs(): Promise<Float64Array> {
    return this.#outputs;
  }

  backward(outputsGradient: Float64Array): void {
    if (++this.#count.updates === this.#trouble.failsAt) throw new Error("out of memory: 512 MB wanted");
    this.#passed = this.#kernels.backward(outputsGradient, this.#steps);
  }

  step(optimiser: OptimiserSpecification, count: number, clipNorm: number | undefined): void {
    if (clipNorm !== undefined) throw new Error("the double does not clip");
    this.#kernels.apply(optimiser, { step: count - 1, moments: this.#moments }, undefined);
    const noise = (this.#trouble.noise ?? 0) * ++this.#count.steps;
    this.#kernels.setTheta(this.#kernels.theta().map((value) => Math.fround(value + noise)));
  }

  async figures(): Promise<DeviceFigures> {
    const { gradient, stepNorms } = this.#passed as Gradient;
    const gradientNorm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
    return { theta: this.#kernels.theta().slice(), stepNorms: stepNorms.slice(), gradientNorm };
  }

  async gradient(): Promise<Float64Array> {
    return (this.#passed as Gradient).gradient.slice();
  }

  async project(): Promise<Float64Array> {
    return this.#kernels.project(this.#steps).slice();
  }

  async moments(): Promise<readonly Float64Array[]> {
    const { failsAt = Number.POSITIVE_INFINITY, answers = true } = this.#trouble;
    if (this.#count.updates >= failsAt && !answers) throw new Error("the device is lost");
    return this.#moments.map((moment) => moment.slice());
  }

  dispose(): void {}
}
