import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { actionOutputs, outputCount } from "../../../src/policies/architecture.ts";
import { HeadReader } from "../../../src/policies/headReader.ts";
import { type HeadAdjoints, outputsGradient } from "../../../src/policies/heads.ts";
import type { Heads, PolicySpecification } from "../../../src/policies/policy.ts";
import { countCuts } from "../../../src/policies/valueHead.ts";
import type { EpisodeEnds } from "../../../src/rl/episodeEnds.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";
import { headed } from "./support.ts";

interface Given {
  readonly specification: PolicySpecification;
  readonly steps: number;
  readonly rows: number;
  readonly outputs: Float64Array;
  readonly actions: Float64Array;
  readonly ends: EpisodeEnds;
  readonly adjoints: HeadAdjoints;
}

/** Random outputs, actions, ends and adjoints of whatever the policy has. */
function randomGiven(specification: PolicySpecification, steps: number, seed: number): Given {
  const generator = createGenerator(seed, "heads");
  const random = (length: number) => Float64Array.from({ length }, () => 2 * generator.uniform() - 1);
  const flags = (chance: number) =>
    Uint8Array.from({ length: steps }, () => (generator.uniform() < chance ? 1 : 0));
  const ends = { terminated: flags(0.2), truncated: flags(0.3) };
  const { actionCount, gaussian, value } = specification;
  const rows = steps + countCuts(ends, steps);
  const table = () => random(steps * actionCount);
  return {
    specification,
    steps,
    rows,
    ends,
    outputs: random(rows * outputCount(specification)),
    actions: gaussian
      ? table()
      : Float64Array.from({ length: steps }, () => Math.floor(generator.uniform() * actionCount)),
    adjoints: {
      logProbabilities: random(steps),
      entropies: random(steps),
      ...(gaussian ? { mu: table(), sigma: table() } : { logits: table(), probabilities: table() }),
      ...(value && { values: random(steps), nextValues: random(steps) }),
    },
  };
}

function headsOf({ specification, actions, steps, ends }: Given, outputs: Float64Array): Heads {
  return new HeadReader(specification, steps).readAll(outputs, actions, steps, ends);
}

/** Σ adjoint · head over everything that has an adjoint. */
function weighted(given: Given, outputs: Float64Array): number {
  const heads = headsOf(given, outputs) as unknown as Record<string, Float64Array>;
  let sum = 0;
  for (const [name, adjoint] of Object.entries(given.adjoints) as [string, Float64Array][]) {
    for (const [i, value] of adjoint.entries()) sum += value * heads[name]![i]!;
  }
  return sum;
}

const givens = fc
  .tuple(headed, fc.integer({ min: 1, max: 6 }), fc.nat(100_000))
  .map(([specification, steps, seed]) => randomGiven(specification, steps, seed));

describe("outputsGradient", () => {
  test.prop([givens])("is the gradient of Σ adjoint · head, by central differences", (given) => {
    const { specification, steps, actions, ends, outputs } = given;
    const gradient = outputsGradient(
      specification,
      headsOf(given, outputs),
      { steps, actions, ends },
      given.adjoints,
    );
    const all = new Float64Array(outputs.length);
    all.set(gradient.outputs);
    for (const [i, slope] of all.entries()) {
      const moved = (by: number) => outputs.map((value, index) => (index === i ? value + by : value));
      const difference = (weighted(given, moved(1e-5)) - weighted(given, moved(-1e-5))) / 2e-5;
      expect(Math.abs(slope - difference)).toBeLessThan(1e-6 * (1 + Math.abs(difference)));
    }
  });

  test.prop([givens])("leaves final observations out where V_next carries no gradient", (given) => {
    const { specification, steps, actions, ends, outputs } = given;
    const { nextValues: _, ...adjoints } = given.adjoints;
    const gradient = outputsGradient(
      specification,
      headsOf(given, outputs),
      { steps, actions, ends },
      adjoints,
    );
    expect(gradient.rows).toBe(steps);
    expect(gradient.outputs).toHaveLength(steps * outputCount(specification));
  });
});

describe("a policy's heads", () => {
  test.prop([givens])("read V_next as V of the row that follows", (given) => {
    fc.pre(given.specification.value !== undefined);
    const { values, nextValues } = headsOf(given, given.outputs);
    const width = outputCount(given.specification);
    let cut = given.steps;
    for (let t = 0; t < given.steps; t++) {
      const isCut = t === given.steps - 1 || given.ends.truncated[t] === 1;
      const expected =
        given.ends.terminated[t] === 1 ? 0 : given.outputs[(isCut ? cut++ : t + 1) * width + width - 1];
      expect(nextValues![t]).toBe(expected);
      expect(values![t]).toBe(given.outputs[t * width + width - 1]);
    }
  });

  test.prop([givens])("have σ > 0 by either transform, with ln σ beside it", (given) => {
    fc.pre(given.specification.gaussian !== undefined);
    const { sigma, logSigma, mu } = headsOf(given, given.outputs);
    const width = outputCount(given.specification);
    const dimensions = given.specification.actionCount;
    for (const [at, value] of sigma!.entries()) {
      const row = Math.floor(at / dimensions) * width + (at % dimensions);
      const raw = given.outputs[row + dimensions]!;
      const by = given.specification.gaussian!.by;
      expect(value).toBeCloseTo(by === "exp" ? Math.exp(raw) : Math.log(1 + Math.exp(raw)), 12);
      expect(logSigma![at]).toBeCloseTo(Math.log(value), 12);
      expect(mu![at]).toBe(given.outputs[row]);
    }
    expect(actionOutputs(given.specification)).toBe(2 * dimensions);
  });

  test("sample a Gaussian action with its mean and deviation", () => {
    const specification: PolicySpecification = {
      observationSize: 1,
      hidden: [],
      activation: "relu",
      bias: true,
      actionCount: 2,
      gaussian: { sigma: "network", by: "exp" },
    };
    const { distribution } = new HeadReader(specification, 1);
    distribution.readRow(Float64Array.of(1, -2, Math.log(0.5), Math.log(3)), 0);
    const generator = createGenerator(1, "actions");
    const actions = new Float64Array(2);
    const sums = [0, 0, 0, 0];
    const count = 50_000;
    for (let i = 0; i < count; i++) {
      expect(distribution.sample(0, generator, actions)).toBe(true);
      for (const k of [0, 1]) {
        sums[k]! += actions[k]! / count;
        sums[2 + k]! += (actions[k]! - [1, -2][k]!) ** 2 / count;
      }
    }
    expect(sums[0]).toBeCloseTo(1, 1);
    expect(sums[1]).toBeCloseTo(-2, 1);
    expect(Math.sqrt(sums[2]!)).toBeCloseTo(0.5, 1);
    expect(Math.sqrt(sums[3]!)).toBeCloseTo(3, 1);
  });

  test("say so where the outputs are no numbers any more", () => {
    const { distribution } = new HeadReader(
      {
        observationSize: 1,
        hidden: [],
        activation: "relu",
        bias: true,
        actionCount: 1,
        gaussian: { sigma: "network", by: "exp" },
      },
      1,
    );
    distribution.readRow(Float64Array.of(Number.NaN, 0), 0);
    expect(distribution.sample(0, createGenerator(1, "actions"), new Float64Array(1))).toBe(false);
  });
});
