import { Backends } from "../../src/engine/backends/backends.ts";
import type { DeviceBackend } from "../../src/engine/backends/deviceBackend.ts";
import { type DeviceName, deviceNames } from "../../src/engine/backends/names.ts";
import { runtimePlaces } from "../../src/engine/runtimes/places.ts";
import { outputCount } from "../../src/policies/architecture.ts";
import type { DevicePolicy } from "../../src/policies/devicePolicy.ts";
import { KernelsBackend } from "../../src/policies/kernels.ts";
import { createOptimiserState } from "../../src/policies/optimiser.ts";
import type { PolicySpecification } from "../../src/policies/policy.ts";
import { createGenerator } from "../../src/rl/randomGenerator.ts";

export const backends = new Backends(runtimePlaces(process.env));

const present = new Set((await backends.present()).map(({ name }) => name));

/** Every backend with a device, and whether it is here: absent ones are counted as skipped. */
export const devices = deviceNames.map((name) => ({ name, isAbsent: !present.has(name) }));

export function open(name: DeviceName): Promise<DeviceBackend> {
  return backends.open(name);
}

/** A policy on a device beside the same on kernels, with the same float32 θ, and a batch for both. */
export interface Pair {
  readonly specification: PolicySpecification;
  readonly device: DevicePolicy;
  readonly kernels: KernelsBackend;
  readonly steps: number;
  readonly observations: Float64Array;
  readonly actions: Float64Array;
  readonly outputsGradient: Float64Array;
}

export function pair(
  backend: DeviceBackend,
  specification: PolicySpecification,
  steps: number,
  seed = 1,
): Pair {
  const generator = createGenerator(seed, "device tests");
  const random = (length: number) =>
    Float64Array.from({ length }, () => Math.fround(2 * generator.uniform() - 1));
  const kernels = new KernelsBackend(specification);
  kernels.setTheta(random(kernels.theta().length));
  const device = backend.createPolicy(specification);
  device.setTheta(kernels.theta());
  device.setMoments(createOptimiserState("adam", kernels.theta().length).moments);
  return {
    specification,
    device,
    kernels,
    steps,
    observations: random(steps * specification.observationSize),
    actions: new Float64Array(steps * specification.actionCount),
    outputsGradient: random(steps * outputCount(specification)),
  };
}

/** Largest difference in proportion to the norm of what is expected. */
export function deviation(computed: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (computed.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let square = 0;
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs(computed[index]! - expected[index]!);
    largest = difference <= largest ? largest : difference;
    square += expected[index]! ** 2;
  }
  return square === 0 ? largest : largest / Math.sqrt(square);
}
