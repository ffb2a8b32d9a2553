import { fc } from "@fast-check/vitest";
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

export interface Problem {
  readonly specification: PolicySpecification;
  readonly theta: Float64Array;
  readonly steps: number;
  readonly observations: Float64Array;
  readonly actions: Float64Array;
  /** ∂L/∂logits, [steps × K]. */
  readonly adjoints: Float64Array;
}

/** A random policy, a random batch and a random ∂L/∂logits. */
export const problems = (steps: fc.Arbitrary<number>): fc.Arbitrary<Problem> =>
  fc
    .tuple(specifications, steps, fc.nat(1_000_000))
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
    actions: random(steps).map((u) => Math.floor(((u + 1) / 2) * specification.actionCount)),
    adjoints: random(steps * specification.actionCount),
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
