import { describe, expect, test } from "vitest";
import { actorCriticTraces } from "../../src/algorithms/actorCritic.ts";
import { findAlgorithm } from "../../src/algorithms/registry.ts";
import { addCarried, carryOn, readTraces } from "../../src/engine/carriedTraces.ts";
import { compileLossText, evaluateForTraining, type PolicySource } from "../../src/engine/lossOnBatch.ts";
import { Minibatches } from "../../src/engine/minibatches.ts";
import { readTargets } from "../../src/engine/targets.ts";
import { KernelsBackend } from "../../src/policies/kernels.ts";
import { createOptimiserState, optimiserSpecification } from "../../src/policies/optimiser.ts";
import type { PolicySpecification } from "../../src/policies/policy.ts";
import { maskBytes } from "../../src/policies/rowMasks.ts";
import type { Batch, CarriedTraces } from "../../src/rl/batch.ts";
import { cutByBatch, cutByTimeLimit } from "../../src/rl/episodeEnds.ts";
import { createGenerator } from "../../src/rl/randomGenerator.ts";
import { seenObservations } from "../../src/rl/seenObservations.ts";
import { askOracle, differences, flat } from "./support.ts";

interface Case {
  readonly algorithm: string;
  readonly specification: PolicySpecification;
  readonly theta: readonly number[];
  readonly batch: {
    readonly observations: readonly number[][];
    readonly finals: readonly number[][];
    readonly actions: readonly unknown[];
    readonly rewards: readonly number[];
    readonly time: readonly number[];
    readonly episodes: readonly number[];
    readonly terminated: readonly boolean[];
    readonly ends: readonly boolean[];
  };
  /** Of dropout, [T × units] of every hidden layer. */
  readonly factors: readonly number[][][] | null;
  readonly gamma: number;
  readonly optimiser: "sgd" | "adam";
  readonly learning_rate: number;
  readonly value_learning_rate: number | null;
  readonly clip: number | null;
  readonly computed: { readonly losses: readonly number[]; readonly thetas: readonly number[][] };
}

/** Two episodes of which every step is an update. */
interface Episodes extends Pick<Case, "specification" | "theta" | "batch" | "gamma"> {
  readonly next: readonly number[][];
  readonly lambdas: readonly [number, number];
  readonly rates: readonly [number, number];
  readonly computed: { readonly thetas: readonly number[][] };
}

const perAlgorithm = 20;
const { cases, episodes } = askOracle<{ cases: readonly Case[]; episodes: readonly Episodes[] }>(
  "algorithms",
  perAlgorithm,
);

function specificationOf({ specification }: Pick<Case, "specification">): PolicySpecification {
  const { gaussian, value, dropout } = specification;
  return {
    ...specification,
    gaussian: gaussian ?? undefined,
    value: value ?? undefined,
    dropout: dropout ?? undefined,
  };
}

/** The factors' bits as a batch holds them. */
function masksOf(factors: readonly number[][][]): Uint8Array {
  const rows = factors[0]!.length;
  const bytes = maskBytes(factors.map((layer) => layer[0]!.length));
  const masks = new Uint8Array(rows * bytes);
  for (let row = 0; row < rows; row++) {
    const units = factors.flatMap((layer) => layer[row]!);
    for (const [unit, factor] of units.entries())
      if (factor > 0) masks[row * bytes + (unit >> 3)]! |= 1 << (unit & 7);
  }
  return masks;
}

function batchOf({ batch, specification, factors }: Case): Batch {
  return {
    ...(factors && { masks: masksOf(factors) }),
    steps: batch.rewards.length,
    observationSize: specification.observationSize,
    actionCount: specification.actionCount,
    observations: Float64Array.from(flat(batch.observations)),
    finalObservations: Float64Array.from(flat(batch.finals)),
    actions: Float64Array.from(flat(batch.actions)),
    rewards: Float64Array.from(batch.rewards),
    time: Float64Array.from(batch.time),
    episodes: Float64Array.from(batch.episodes),
    terminated: Uint8Array.from(batch.terminated, Number),
    truncated: Uint8Array.from(batch.ends, (end, t) => (end && !batch.terminated[t] ? 1 : 0)),
  };
}

/** The shipped text's loss before, and θ after, each of four updates on the case's batch. */
function learned(one: Case) {
  const found = findAlgorithm(one.algorithm);
  if (!found.ok) throw new Error(found.message);
  const { loss: text, targets } = found.record;
  const specification = specificationOf(one);
  const backend = new KernelsBackend(specification);
  backend.setTheta(Float64Array.from(one.theta));
  const optimiser = optimiserSpecification(
    one.optimiser,
    one.learning_rate,
    one.value_learning_rate ?? undefined,
  );
  const state = createOptimiserState(one.optimiser, one.theta.length);
  const settings = { specification, gamma: one.gamma, learningRate: one.learning_rate };
  const sourceOf = (batch: Batch): PolicySource => {
    const heads = backend.forward(seenObservations(batch), batch.actions, batch.steps, batch);
    return { ...settings, batch, heads };
  };
  const compiled = compileLossText(text, specification, targets !== undefined);
  const batch = targets === undefined ? batchOf(one) : recordedBatch(sourceOf(batchOf(one)), targets);
  const losses: number[] = [];
  const thetas: number[] = [];
  for (let update = 0; update < 4; update++) {
    const { value, gradient } = evaluateForTraining(compiled, sourceOf(batch));
    losses.push(value);
    backend.backward(gradient.outputs, gradient.rows);
    backend.apply(optimiser, state, one.clip ?? undefined);
    thetas.push(...backend.theta());
  }
  return { losses, thetas };
}

/** The whole batch as one minibatch, with what is recorded before its first update. */
function recordedBatch(source: PolicySource, targets: string): Batch {
  const { batch, heads, specification } = source;
  const recorded = {
    log_pi_old: heads.logProbabilities.slice(),
    V_recorded: heads.values!.slice(),
    ...readTargets(targets, specification).compute(source),
  };
  const once = { epochs: 1, minibatches: 1 };
  return new Minibatches(batch, recorded, once, createGenerator(1, "minibatches")).next();
}

const names = [...new Set(cases.map(({ algorithm }) => algorithm))];

describe.each(names)("%s takes PyTorch's updates", (name) => {
  const own = cases.filter(({ algorithm }) => algorithm === name);

  test.each(own.map((one, index) => [index, one] as const))("on batch %i", (_, one) => {
    const { losses, thetas } = learned(one);
    expect([
      ...differences("losses", losses, one.computed.losses),
      ...differences("thetas", thetas, one.computed.thetas),
    ]).toEqual([]);
  });
});

/** θ after every step, learned one step at a time by the shipped text. */
function tracedThetas(one: Episodes): number[] {
  const specification = specificationOf(one);
  const { batch, next, lambdas, rates, gamma } = one;
  const loss = actorCriticTraces.loss
    .replace(/(lam_theta =).*/, `$1 ${lambdas[0]}`)
    .replace(/(lam_w +=).*/, `$1 ${lambdas[1]}`);
  const compiled = compileLossText(loss, specification);
  const traces = readTraces(compiled, specification);
  const backend = new KernelsBackend(specification);
  backend.setTheta(Float64Array.from(one.theta));
  const optimiser = optimiserSpecification("sgd", rates[0], rates[1]);
  const state = createOptimiserState("sgd", one.theta.length);
  const thetas: number[] = [];
  let carried: CarriedTraces | undefined;
  for (const t of batch.rewards.keys()) {
    const step: Batch = {
      steps: 1,
      observationSize: specification.observationSize,
      actionCount: specification.actionCount,
      observations: Float64Array.from(batch.observations[t]!),
      finalObservations: batch.terminated[t] ? undefined : Float64Array.from(next[t]!),
      actions: Float64Array.from(flat(batch.actions[t])),
      rewards: Float64Array.of(batch.rewards[t]!),
      time: Float64Array.of(batch.time[t]!),
      episodes: Float64Array.of(batch.episodes[t]!),
      terminated: Uint8Array.of(Number(batch.terminated[t])),
      truncated: Uint8Array.of(batch.terminated[t] ? 0 : batch.ends[t] ? cutByTimeLimit : cutByBatch),
      carried: batch.time[t] === 0 ? undefined : carried,
    };
    const heads = backend.forward(seenObservations(step), step.actions, 1, step);
    const source = { batch: step, heads, specification, gamma, learningRate: rates[0] };
    carried = carryOn(traces, source, backend);
    const evaluated = evaluateForTraining(compiled, source);
    backend.backward(evaluated.gradient.outputs, evaluated.gradient.rows);
    addCarried(step.carried, evaluated.heads, (trace, weight) => backend.addToGradient(trace, weight));
    backend.apply(optimiser, state, undefined);
    thetas.push(...backend.theta());
  }
  return thetas;
}

describe("actor-critic-traces takes PyTorch's step at every step of two episodes", () => {
  test.each(episodes.map((one, index) => [index, one] as const))("of drawing %i", (_, one) => {
    expect(differences("thetas", tracedThetas(one), one.computed.thetas)).toEqual([]);
  });
});
