import { layOut } from "../../policies/layout.ts";
import type { PolicySpecification } from "../../policies/policy.ts";
import type { Batch } from "../../rl/batch.ts";
import type { Generator } from "../../rl/generator.ts";
import { createGenerator } from "../../rl/randomGenerator.ts";

/** What a loss is held to: one batch, one policy at θ, and the settings that a loss may name. */
export interface ProofProblem {
  readonly batch: Batch;
  readonly specification: PolicySpecification;
  /** [P] */
  readonly theta: Float64Array;
  readonly gamma: number;
  readonly learningRate: number;
}

/** Lengths of the made-up episodes: a truncated one between two that end, so that all kinds of end occur. */
const lengths = [9, 6, 7];

/**
 * A small problem to prove a loss on where no run is given: 3 actions, two relu layers, 22 steps in 3 episodes
 * with rewards of both signs. The same for the same seed.
 */
export function smallProblem(seed: number): ProofProblem {
  const generator = createGenerator(seed, "proof problem");
  const specification: PolicySpecification = {
    observationSize: 3,
    hidden: [7, 5],
    activation: "relu",
    bias: true,
    actionCount: 3,
  };
  const theta = randomVector(layOut(specification).parameterCount, generator, 0.8);
  return {
    batch: smallBatch(specification, generator),
    specification,
    theta,
    gamma: 0.9,
    learningRate: 0.01,
  };
}

function smallBatch({ observationSize, actionCount }: PolicySpecification, generator: Generator): Batch {
  const steps = lengths.reduce((sum, length) => sum + length, 0);
  const time = lengths.flatMap((length) => Array.from({ length }, (_, t) => t));
  const isLast = time.map((t, row) => row === steps - 1 || time[row + 1]! <= t);
  const episodes = lengths.flatMap((length, index) => Array<number>(length).fill(index + 1));
  return {
    steps,
    observationSize,
    actionCount,
    observations: randomVector(steps * observationSize, generator, 1),
    actions: Float64Array.from({ length: steps }, () => Math.floor(generator.uniform() * actionCount)),
    rewards: randomVector(steps, generator, 2),
    time: Float64Array.from(time),
    terminated: Uint8Array.from(isLast, (last, row) => (last && episodes[row] !== 2 ? 1 : 0)),
    truncated: Uint8Array.from(isLast, (last, row) => (last && episodes[row] === 2 ? 1 : 0)),
    episodes: Float64Array.from(episodes),
  };
}

/** Uniform numbers in (−size, size). */
export function randomVector(length: number, generator: Generator, size: number): Float64Array {
  return Float64Array.from({ length }, () => (2 * generator.uniform() - 1) * size);
}
