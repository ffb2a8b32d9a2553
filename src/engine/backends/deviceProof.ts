import { outputCount } from "../../policies/architecture.ts";
import { KernelsBackend } from "../../policies/kernels.ts";
import { createOptimiserState, optimiserSpecification } from "../../policies/optimiser.ts";
import type { PolicySpecification } from "../../policies/policy.ts";
import { createGenerator } from "../../rl/randomGenerator.ts";
import type { DeviceBackend } from "./deviceBackend.ts";
import { type MeasuredBatch, measuredBatch } from "./measureUpdate.ts";
import { relativeDifference } from "./relativeDifference.ts";

/** What a device showed beside `kernels`. */
export interface DeviceProof {
  /** Largest difference of the gradients, relative to the norm of that of `kernels`. */
  readonly difference: number;
  /** Whether the same updates, made twice, ended at the same θ bit for bit. */
  readonly deterministic: boolean;
}

const specification: PolicySpecification = {
  observationSize: 6,
  actionCount: 3,
  hidden: [64, 33],
  activation: "tanh",
  bias: true,
};

/** Steps of the batch, odd so that no block of a device is quite full, and enough for threads to share its sums out. */
const steps = 513;
const updates = 3;

/** Computes one gradient on a device and on `kernels`, and the same updates twice on the device. */
export async function proveDevice(backend: DeviceBackend): Promise<DeviceProof> {
  const kernels = new KernelsBackend(specification);
  kernels.initialise(createGenerator(1, "device proof"));
  const theta = Float64Array.from(kernels.theta(), Math.fround);
  kernels.setTheta(theta);
  const drawn = measuredBatch(specification, steps);
  const batch = { ...drawn, observations: Float64Array.from(drawn.observations, Math.fround) };
  const [first, second] = [await train(backend, theta, batch), await train(backend, theta, batch)];
  return {
    difference: relativeDifference(first.gradient, kernelsGradient(kernels, batch)),
    deterministic: first.theta.every((value, index) => Object.is(value, second.theta[index])),
  };
}

function kernelsGradient(kernels: KernelsBackend, batch: MeasuredBatch): Float64Array {
  kernels.forward(batch.observations, new Float64Array(steps * specification.actionCount), steps);
  return kernels.backward(batch.outputsGradient.subarray(0, steps * outputCount(specification)), steps)
    .gradient;
}

/** The gradient at θ, and θ after some Adam steps along it. */
async function train(backend: DeviceBackend, theta: Float64Array, batch: MeasuredBatch) {
  const policy = backend.createPolicy(specification);
  try {
    policy.setTheta(theta);
    policy.setMoments(createOptimiserState("adam", theta.length).moments);
    const adam = optimiserSpecification("adam", 1e-3);
    let gradient: Float64Array | undefined;
    let after = theta;
    for (let update = 1; update <= updates; update++) {
      policy.forward(batch.observations, steps);
      await policy.outputs();
      policy.backward(batch.outputsGradient);
      gradient ??= await policy.gradient();
      policy.step(adam, update, undefined);
      after = (await policy.figures()).theta;
    }
    return { gradient: gradient ?? new Float64Array(theta.length), theta: after };
  } finally {
    policy.dispose();
  }
}
