import { KernelsBackend } from "../../policies/kernels.ts";
import { createOptimiserState, optimiserSpecification } from "../../policies/optimiser.ts";
import type { PolicySpecification } from "../../policies/policy.ts";
import { createGenerator } from "../../rl/randomGenerator.ts";
import type { DeviceBackend } from "./deviceBackend.ts";
import { type MeasuredBatch, measuredBatch } from "./measureUpdate.ts";

/** What a backend shows in a trial. */
export interface Trial {
  /** Largest difference of its gradient to that of kernels, in proportion to the norm of that. */
  readonly difference: number;
  /** Whether the same updates, made twice, gave the same θ and the same per-step norms to the last bit. */
  readonly repeats: boolean;
}

const specification: PolicySpecification = {
  observationSize: 4,
  actionCount: 2,
  hidden: [128, 128],
  activation: "tanh",
  bias: true,
};
/** Wide and long enough that a library shares the work out among threads, in whatever order they end. */
const steps = 1000;
const updates = 3;

/** Lets a backend compute, beside the kernels and beside itself. */
export async function tryBackend(backend: DeviceBackend): Promise<Trial> {
  const batch = measuredBatch(specification, steps);
  const kernels = new KernelsBackend(specification);
  kernels.initialise(createGenerator(1, "trial"));
  const theta = kernels.theta().map(Math.fround);
  kernels.setTheta(theta);
  kernels.forward(batch.observations, new Float64Array(steps), steps);
  const expected = kernels.backward(batch.outputsGradient, steps).gradient;
  const first = await runOn(backend, theta, batch);
  const second = await runOn(backend, theta, batch);
  return {
    difference: relativeDifference(first.gradient, expected),
    repeats: isSame(first.theta, second.theta) && isSame(first.stepNorms, second.stepNorms),
  };
}

async function runOn(backend: DeviceBackend, theta: Float64Array, batch: MeasuredBatch) {
  const policy = backend.createPolicy(specification);
  try {
    policy.setTheta(theta);
    policy.setMoments(createOptimiserState("adam", theta.length).moments);
    let gradient: Float64Array | undefined;
    for (let count = 1; count <= updates; count++) {
      policy.forward(batch.observations, batch.steps);
      policy.backward(batch.outputsGradient);
      gradient ??= await policy.gradient();
      policy.step(optimiserSpecification("adam", 1e-3), count, undefined);
    }
    return { ...(await policy.figures()), gradient: gradient ?? new Float64Array(0) };
  } finally {
    policy.dispose();
  }
}

function isSame(first: Float64Array, second: Float64Array): boolean {
  return first.length === second.length && first.every((value, index) => Object.is(value, second[index]));
}

/** The largest |a − b|, in proportion to ‖b‖; infinite where lengths differ or a number is none. */
export function relativeDifference(computed: Float64Array, expected: Float64Array): number {
  if (computed.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let square = 0;
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs(computed[index]! - expected[index]!);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    square += expected[index]! * expected[index]!;
  }
  return largest === 0 ? 0 : largest / Math.sqrt(square);
}
