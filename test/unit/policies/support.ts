import { fc } from "@fast-check/vitest";
import { outputCount } from "../../../src/policies/architecture.ts";
import { KernelsBackend } from "../../../src/policies/kernels.ts";
import type { PolicySpecification } from "../../../src/policies/policy.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";

/** Shapes of all kinds: no hidden layer, few and many inputs, the control-policy shape, deep ones. */
export const specifications: fc.Arbitrary<PolicySpecification> = fc.record({
  observationSize: fc.constantFrom(1, 2, 3, 4, 5, 8, 9),
  hidden: fc.oneof(
    fc.constantFrom([], [16], [128], [5]),
    fc.array(fc.constantFrom(1, 2, 3, 4, 6, 7, 12), { maxLength: 3 }),
  ),
  activation: fc.constantFrom("relu" as const, "tanh" as const),
  bias: fc.boolean(),
  actionCount: fc.constantFrom(1, 2, 3, 4, 5),
});

/** The same shapes with every kind of action distribution and value head. */
export const headed: fc.Arbitrary<PolicySpecification> = fc
  .tuple(
    specifications,
    fc.option(
      fc.record({
        sigma: fc.constantFrom("network" as const, "parameter" as const),
        by: fc.constantFrom("exp" as const, "softplus" as const),
      }),
      { nil: undefined },
    ),
    fc.oneof(
      fc.constant(undefined),
      fc.constant({ trunk: "shared" as const }),
      fc.record({ trunk: fc.constant("own" as const), hidden: fc.constantFrom([], [3], [16], [5, 4]) }),
    ),
  )
  .map(([specification, gaussian, value]) => ({ ...specification, gaussian, value }));

export interface Problem {
  readonly specification: PolicySpecification;
  readonly theta: Float64Array;
  readonly steps: number;
  readonly observations: Float64Array;
  readonly actions: Float64Array;
  /** ∂L/∂outputs, [steps × O]. */
  readonly adjoints: Float64Array;
}

/** A random policy, a random batch and a random ∂L/∂outputs. */
export const problems = (
  steps: fc.Arbitrary<number>,
  shapes: fc.Arbitrary<PolicySpecification> = specifications,
): fc.Arbitrary<Problem> =>
  fc
    .tuple(shapes, steps, fc.nat(1_000_000))
    .map(([specification, count, seed]) => problem(specification, count, seed));

export function problem(specification: PolicySpecification, steps: number, seed: number): Problem {
  const generator = createGenerator(seed, "problem");
  const random = (length: number) => Float64Array.from({ length }, () => 2 * generator.uniform() - 1);
  const backend = new KernelsBackend(specification);
  return {
    specification,
    theta: random(backend.theta().length),
    steps,
    observations: random(steps * specification.observationSize),
    actions: specification.gaussian
      ? random(steps * specification.actionCount)
      : random(steps).map((u) => Math.floor(((u + 1) / 2) * specification.actionCount)),
    adjoints: random(steps * outputCount(specification)),
  };
}

export function backendOf({ specification, theta }: Problem): KernelsBackend {
  const backend = new KernelsBackend(specification);
  backend.setTheta(theta);
  return backend;
}

/** The logits of one step by the definition: nested sums, straight from θ in torch's layout. */
export function plainLogits(
  specification: PolicySpecification,
  theta: Float64Array,
  observation: Float64Array,
) {
  const sizes = [...specification.hidden, specification.actionCount];
  let offset = 0;
  let values = Array.from(observation);
  for (const [index, outputs] of sizes.entries()) {
    const inputs = values;
    const weights = offset;
    offset += outputs * inputs.length;
    const bias = offset;
    if (specification.bias) offset += outputs;
    values = Array.from({ length: outputs }, (_, j) => {
      let sum = specification.bias ? theta[bias + j]! : 0;
      for (const [i, x] of inputs.entries()) sum += theta[weights + j * inputs.length + i]! * x;
      if (index === sizes.length - 1) return sum;
      return specification.activation === "relu" ? Math.max(0, sum) : Math.tanh(sum);
    });
  }
  return values;
}

export const row = (values: Float64Array, t: number, size: number) => values.slice(t * size, (t + 1) * size);

export const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

export const norm = (a: Float64Array) => Math.sqrt(dot(a, a));

/** |a − b| within 1e-12 and 1e-10 of the greater. */
export function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 + 1e-10 * Math.max(Math.abs(a), Math.abs(b));
}
