import { describe, expect, test } from "vitest";
import { KernelsBackend } from "../../src/policies/kernels.ts";
import { createOptimiserState, optimiserSpecification } from "../../src/policies/optimiser.ts";
import type { PolicySpecification } from "../../src/policies/policy.ts";
import { askOracle, differences, flat } from "./support.ts";

interface Case {
  readonly specification: PolicySpecification;
  readonly theta: readonly number[];
  readonly observations: readonly number[][];
  readonly actions: readonly number[];
  readonly logits_gradient: readonly number[][];
  readonly clip: number | null;
  readonly learning_rate: number;
  readonly computed: {
    readonly logits: readonly number[][];
    readonly probabilities: readonly number[][];
    readonly log_probabilities: readonly number[];
    readonly entropies: readonly number[];
    readonly gradient: readonly number[];
    readonly step_norms: readonly number[];
    readonly projections: readonly number[];
    /** θ after each of three steps. */
    readonly sgd: readonly number[][];
    readonly adam: readonly number[][];
  };
}

const { cases } = askOracle<{ cases: readonly Case[] }>("networks", 300);

function nameOf({ specification, actions }: Case): string {
  const { observationSize, hidden, actionCount, activation, bias } = specification;
  const sizes = [observationSize, ...hidden, actionCount].join("-");
  return `${sizes} ${activation}${bias ? "" : " without bias"}, T = ${actions.length}`;
}

function columns(one: Case) {
  return {
    steps: one.actions.length,
    observations: Float64Array.from(flat(one.observations)),
    actions: Float64Array.from(one.actions),
    logitsGradient: Float64Array.from(flat(one.logits_gradient)),
  };
}

function backendOf(one: Case): KernelsBackend {
  const backend = new KernelsBackend(one.specification);
  backend.setTheta(Float64Array.from(one.theta));
  return backend;
}

/** θ after each of three steps along the gradient of the same ∂L/∂logits, as the oracle took them. */
function optimised(one: Case, kind: "sgd" | "adam"): number[] {
  const backend = backendOf(one);
  const { steps, observations, actions, logitsGradient } = columns(one);
  const state = createOptimiserState(kind, one.theta.length);
  return [0, 1, 2].flatMap(() => {
    backend.forward(observations, actions, steps);
    backend.backward(logitsGradient, steps);
    backend.apply(optimiserSpecification(kind, one.learning_rate), state, one.clip ?? undefined);
    return [...backend.theta()];
  });
}

describe.each(cases.map((one, index) => [index, nameOf(one), one] as const))(
  "net %i (%s)",
  (_, _name, one) => {
    test("has torch's heads", () => {
      const { steps, observations, actions } = columns(one);
      const heads = backendOf(one).forward(observations, actions, steps);
      expect([
        ...differences("logits", heads.logits!, one.computed.logits),
        ...differences("probabilities", heads.probabilities!, one.computed.probabilities),
        ...differences("log_probabilities", heads.logProbabilities, one.computed.log_probabilities),
        ...differences("entropies", heads.entropies, one.computed.entropies),
      ]).toEqual([]);
    });

    test("has torch's gradient, and each step's norm and projection", () => {
      const { steps, observations, actions, logitsGradient } = columns(one);
      const backend = backendOf(one);
      backend.forward(observations, actions, steps);
      const { gradient, stepNorms } = backend.backward(logitsGradient, steps);
      expect([
        ...differences("gradient", gradient, one.computed.gradient),
        ...differences("step_norms", stepNorms, one.computed.step_norms),
        ...differences("projections", backend.project(steps), one.computed.projections),
      ]).toEqual([]);
    });

    test.each(["sgd", "adam"] as const)("takes torch's %s steps", (kind) => {
      expect(differences("theta", optimised(one, kind), one.computed[kind])).toEqual([]);
    });
  },
);
