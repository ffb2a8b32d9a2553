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
 * Milliseconds of an update on `kernels`: backward and Adam, and the forward pass where acting has not made it already. Time
 * grows with the steps in proportion, so that some of a large batch are enough.
 */
export function measureKernels(
  specification: PolicySpecification,
  batch: MeasuredBatch,
  { budget, isActed }: { readonly budget: number; readonly isActed: boolean },
): number {
  const policy = new KernelsBackend(specification);
  policy.initialise(createGenerator(1, "measured parameters"));
  const state = createOptimiserState("adam", policy.theta().length);
  const affordable = (budget * 1e6) / (4 * nanoseconds * policy.theta().length);
  const steps = Math.max(1, Math.min(batch.steps, Math.floor(affordable)));
  const actions = new Float64Array(steps * specification.actionCount);
  const observations = batch.observations.subarray(0, steps * specification.observationSize);
  policy.forward(observations, actions, steps);
  const once = () => {
    if (!isActed) policy.forward(observations, actions, steps);
    policy.backward(batch.outputsGradient, steps);
    policy.apply(adam, state, undefined);
  };
  return (best(once, budget) * batch.steps) / steps;
}

/**
 * Milliseconds of the learning half on a device: forward, backward, Adam, and reading what acting needs. A device that takes
 * longer for a few steps than `toBeat` for all is not kept busy with all: what it would take is reckoned then.
 */
export async function measureDevice(
  backend: DeviceBackend,
  specification: PolicySpecification,
  batch: MeasuredBatch,
  { budget, toBeat }: { readonly budget: number; readonly toBeat: number },
): Promise<number> {
  const policy = backend.createPolicy(specification);
  try {
    const { length } = new KernelsBackend(specification).theta();
    policy.setTheta(new Float64Array(length));
    policy.setMoments(createOptimiserState("adam", length).moments);
    const few = firstSteps(batch, fewSteps);
    const forFew = await bestUpdate(policy, few, 0);
    if (forFew > toBeat || few.steps === batch.steps) return (forFew * batch.steps) / few.steps;
    return await bestUpdate(policy, batch, budget);
  } finally {
    policy.dispose();
  }
}

/** The best of at least two updates: the first makes the device compile what it runs, and does not count. */
async function bestUpdate(policy: DevicePolicy, batch: MeasuredBatch, budget: number): Promise<number> {
  await oneUpdate(policy, batch);
  const until = performance.now() + budget;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round === 0 || (round < mostRounds && performance.now() < until); round++) {
    least = Math.min(least, await oneUpdate(policy, batch));
  }
  return least;
}

async function oneUpdate(policy: DevicePolicy, batch: MeasuredBatch): Promise<number> {
  const started = performance.now();
  policy.forward(batch.observations, batch.steps);
  policy.backward(batch.outputsGradient);
  policy.step(adam, 1, undefined);
  await policy.figures();
  return performance.now() - started;
}

function firstSteps({ steps, observations, outputsGradient }: MeasuredBatch, wanted: number): MeasuredBatch {
  const few = Math.min(steps, wanted);
  return {
    steps: few,
    observations: observations.subarray(0, (observations.length / steps) * few),
    outputsGradient: outputsGradient.subarray(0, (outputsGradient.length / steps) * few),
  };
}

/** Steps that tell a device which is far too slow. */
const fewSteps = 16;

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
