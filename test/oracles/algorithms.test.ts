import { describe, expect, test } from "vitest";
import { findAlgorithm } from "../../src/algorithms/registry.ts";
import { compileLossText, evaluateForTraining, type PolicySource } from "../../src/engine/lossOnBatch.ts";
import { Minibatches } from "../../src/engine/minibatches.ts";
import { readTargets } from "../../src/engine/targets.ts";
import { KernelsBackend } from "../../src/policies/kernels.ts";
import { createOptimiserState, optimiserSpecification } from "../../src/policies/optimiser.ts";
import type { PolicySpecification } from "../../src/policies/policy.ts";
import type { Batch } from "../../src/rl/batch.ts";
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
  readonly gamma: number;
  readonly optimiser: "sgd" | "adam";
  readonly learning_rate: number;
  readonly value_learning_rate: number | null;
  readonly clip: number | null;
  readonly computed: { readonly losses: readonly number[]; readonly thetas: readonly number[][] };
}

const perAlgorithm = 20;
const { cases } = askOracle<{ cases: readonly Case[] }>("algorithms", perAlgorithm);

function specificationOf({ specification }: Case): PolicySpecification {
  const { gaussian, value } = specification;
  return { ...specification, gaussian: gaussian ?? undefined, value: value ?? undefined };
}

function batchOf({ batch, specification }: Case): Batch {
  return {
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
