import { traceNames } from "../../loss/names.ts";
import { parseLoss } from "../../loss/parse.ts";
import { architectureOf } from "../../policies/architecture.ts";
import type { PolicySpecification } from "../../policies/policy.ts";
import { countCuts } from "../../policies/valueHead.ts";
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

/** Observations of the steps and then, where they were kept, the final ones of cut episodes: what a policy is shown. */
export function seenObservations({ observations, finalObservations }: Batch): Float64Array {
  if (finalObservations === undefined) return observations;
  const all = new Float64Array(observations.length + finalObservations.length);
  all.set(observations);
  all.set(finalObservations, observations.length);
  return all;
}

/** Lengths of the made-up episodes: a truncated one between two that end, so that all kinds of end occur. */
const lengths = [9, 6, 7];

/**
 * A small problem to prove a loss on where no run is given: 3 actions (2 dimensions where the loss names μ or σ), two relu
 * layers, 22 steps in 3 episodes with rewards of both signs, and a value network where it names V. The same for the same
 * seed and text.
 */
export function smallProblem(seed: number, text = ""): ProofProblem {
  const generator = createGenerator(seed, "proof problem");
  const names = namesIn(text);
  const specification = smallPolicy(names);
  const theta = randomVector(architectureOf(specification).parameterCount, generator, 0.8);
  const batch = smallBatch(specification, generator);
  const recorded = names.has("adv") ? partOfLarger(batch, generator) : {};
  const traces = traceNames.filter((name) => names.has(name));
  const carried = traces.map((name) => {
    const gradient = randomVector(theta.length, generator, 1);
    return [name, { value: 0, gradient }] as const;
  });
  const before = traces.length > 0 ? { carried: Object.fromEntries(carried) } : {};
  return {
    batch: { ...batch, ...recorded, ...before },
    specification,
    theta,
    gamma: 0.9,
    learningRate: 0.01,
  };
}

function namesIn(text: string): ReadonlySet<string> {
  const { program } = parseLoss(text);
  return new Set(program?.nodes.flatMap((node) => (node.kind === "name" ? [node.name] : [])));
}

function smallPolicy(names: ReadonlySet<string>): PolicySpecification {
  const isGaussian = names.has("mu") || names.has("sigma");
  const hasValue = ["V", "V_next", "V_recorded"].some((name) => names.has(name));
  return {
    observationSize: 3,
    hidden: [7, 5],
    activation: "relu",
    bias: true,
    actionCount: isGaussian ? 2 : 3,
    ...(isGaussian && { gaussian: { sigma: "network", by: "exp" } as const }),
    ...(hasValue && { value: { trunk: "own", hidden: [6] } as const }),
  };
}

/** Episodes for a policy: 9 steps to a terminal state, 6 to a time limit, 7 to a terminal state. */
export function smallBatch(specification: PolicySpecification, generator: Generator): Batch {
  const { observationSize, actionCount, gaussian, value } = specification;
  const steps = lengths.reduce((sum, length) => sum + length, 0);
  const time = lengths.flatMap((length) => Array.from({ length }, (_, t) => t));
  const isLast = time.map((t, row) => row === steps - 1 || time[row + 1]! <= t);
  const episodes = lengths.flatMap((length, index) => Array<number>(length).fill(index + 1));
  const observations = randomVector(steps * observationSize, generator, 1);
  const actions =
    gaussian === undefined
      ? Float64Array.from({ length: steps }, () => Math.floor(generator.uniform() * actionCount))
      : randomVector(steps * actionCount, generator, 1.5);
  const rewards = randomVector(steps, generator, 2);
  const terminated = Uint8Array.from(isLast, (last, row) => (last && episodes[row] !== 2 ? 1 : 0));
  const truncated = Uint8Array.from(isLast, (last, row) => (last && episodes[row] === 2 ? 1 : 0));
  const finals = countCuts({ terminated, truncated }, steps) * observationSize;
  return {
    steps,
    observationSize,
    actionCount,
    observations,
    actions,
    rewards,
    time: Float64Array.from(time),
    terminated,
    truncated,
    episodes: Float64Array.from(episodes),
    ...(value && { finalObservations: randomVector(finals, generator, 1) }),
  };
}

/** What makes a batch one part of a larger one, whose advantages were recorded before. */
function partOfLarger({ steps }: Batch, generator: Generator): Pick<Batch, "rows" | "recorded"> {
  return {
    rows: Float64Array.from({ length: steps }, (_, row) => row),
    recorded: { adv: randomVector(steps, generator, 1) },
  };
}

/** Uniform numbers in (−size, size). */
export function randomVector(length: number, generator: Generator, size: number): Float64Array {
  return Float64Array.from({ length }, () => (2 * generator.uniform() - 1) * size);
}
