import { outputCount } from "../../policies/architecture.ts";
import type { DevicePolicy } from "../../policies/devicePolicy.ts";
import { KernelsBackend } from "../../policies/kernels.ts";
import { createOptimiserState, optimiserSpecification } from "../../policies/optimiser.ts";
import type { PolicySpecification } from "../../policies/policy.ts";
import { createGenerator } from "../../rl/randomGenerator.ts";
import type { DeviceBackend } from "./deviceBackend.ts";

/** A batch as large as the run's, of random numbers: an update takes as long on it as on any other. */
export interface MeasuredBatch {
  readonly steps: number;
  readonly observations: Float64Array;
  readonly outputsGradient: Float64Array;
}

const adam = optimiserSpecification("adam", 1e-3);

export function measuredBatch(specification: PolicySpecification, steps: number): MeasuredBatch {
  const generator = createGenerator(1, "measured batch");
  const random = (length: number) => Float64Array.from({ length }, () => 2 * generator.uniform() - 1);
  return {
    steps,
    observations: random(steps * specification.observationSize),
    outputsGradient: random(steps * outputCount(specification)),
  };
}

/**
 * Milliseconds that the learning half of an update takes on `kernels`: backward and Adam. Its forward pass is acting's, which
 * every backend leaves to the kernels. Time grows with the steps in proportion, so that some of a large batch are enough.
 */
export function measureKernels(
  specification: PolicySpecification,
  batch: MeasuredBatch,
  budget: number,
): number {
  const policy = new KernelsBackend(specification);
  policy.initialise(createGenerator(1, "measured parameters"));
  const state = createOptimiserState("adam", policy.theta().length);
  const affordable = (budget * 1e6) / (4 * nanoseconds * policy.theta().length);
  const steps = Math.max(1, Math.min(batch.steps, Math.floor(affordable)));
  const actions = new Float64Array(steps * specification.actionCount);
  policy.forward(batch.observations.subarray(0, steps * specification.observationSize), actions, steps);
  const once = () => {
    policy.backward(batch.outputsGradient, steps);
    policy.apply(adam, state, undefined);
  };
  return (best(once, budget) * batch.steps) / steps;
}

/** Milliseconds of the learning half on a device: forward, backward, Adam, and reading what acting needs. */
export async function measureDevice(
  backend: DeviceBackend,
  specification: PolicySpecification,
  batch: MeasuredBatch,
  budget: number,
): Promise<number> {
  const policy = backend.createPolicy(specification);
  try {
    const reference = new KernelsBackend(specification);
    policy.setTheta(reference.theta());
    policy.setMoments(createOptimiserState("adam", reference.theta().length).moments);
    return await bestUpdate(policy, batch, budget);
  } finally {
    policy.dispose();
  }
}

async function bestUpdate(policy: DevicePolicy, batch: MeasuredBatch, budget: number): Promise<number> {
  const until = performance.now() + budget;
  let least = Number.POSITIVE_INFINITY;
  let count = 0;
  // The first update makes the device compile what it runs, and counts only where there is no time for a second.
  while (count < 2 || performance.now() < until) {
    const started = performance.now();
    policy.forward(batch.observations, batch.steps);
    policy.backward(batch.outputsGradient);
    policy.step(adam, ++count, undefined);
    await policy.figures();
    const took = performance.now() - started;
    least = count === 2 ? took : Math.min(least, took);
    if (count === 1 && performance.now() > until) return took;
    if (count >= mostRounds) break;
  }
  return least;
}

const mostRounds = 20;

/** What the kernels take about, in nanoseconds per parameter and step of an update. */
const nanoseconds = 1;

function best(once: () => void, budget: number): number {
  const until = performance.now() + budget;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < mostRounds && (round < 2 || performance.now() < until); round++) {
    const started = performance.now();
    once();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}
