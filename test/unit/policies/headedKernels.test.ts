import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { architectureOf, outputCount } from "../../../src/policies/architecture.ts";
import { HeadReader } from "../../../src/policies/headReader.ts";
import { KernelsBackend } from "../../../src/policies/kernels.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";
import {
  backendOf,
  dot,
  headed,
  near,
  norm,
  type Problem,
  plainLogits,
  problem,
  problems,
  row,
} from "./support.ts";

const fewSteps = fc.integer({ min: 1, max: 5 });
const given = problems(fewSteps, headed);

/** The outputs of one step straight from θ: logits or μ and s, wherever s comes from, then V. */
function plainOutputs({ specification, theta, observations }: Problem, t: number): number[] {
  const { policy, free, value } = architectureOf(specification);
  const observation = row(observations, t, specification.observationSize);
  const network = (hidden: readonly number[], outputs: number, start: number) =>
    plainLogits({ ...specification, hidden, actionCount: outputs }, theta.subarray(start), observation);
  const first = network(specification.hidden, policy.layers.at(-1)!.outputs, 0);
  const parameters = [...theta.subarray(policy.parameterCount, policy.parameterCount + free)];
  const hidden = specification.value?.trunk === "own" ? specification.value.hidden : [];
  const last = value ? network(hidden, 1, policy.parameterCount + free) : [];
  const shared = specification.value?.trunk === "shared" ? first.splice(-1) : [];
  return [...first, ...parameters, ...shared, ...last];
}

/** g_t of every step, each from a batch that holds only that step's ∂L/∂outputs. */
function stepGradients(one: Problem): Float64Array[] {
  const width = outputCount(one.specification);
  const backend = backendOf(one);
  backend.forward(one.observations, one.actions, one.steps);
  return Array.from({ length: one.steps }, (_, t) => {
    const only = new Float64Array(one.adjoints.length);
    only.set(row(one.adjoints, t, width), t * width);
    return backend.backward(only, one.steps).gradient.slice();
  });
}

describe("a policy with heads", () => {
  test.prop([given])("computes the heads of the outputs that θ describes", (one) => {
    const { specification, steps, actions } = one;
    const outputs = Float64Array.from(Array.from({ length: steps }, (_, t) => plainOutputs(one, t)).flat());
    const expected = new HeadReader(specification, steps).readAll(outputs, actions, steps, undefined);
    const heads = backendOf(one).forward(one.observations, actions, steps);
    for (const [name, column] of Object.entries(expected) as [keyof typeof heads, Float64Array][]) {
      const computed = heads[name] as Float64Array;
      expect(computed).toHaveLength(column.length);
      for (const [i, value] of column.entries()) {
        expect(Math.abs(computed[i]! - value)).toBeLessThan(1e-9 * (1 + Math.abs(value)));
      }
    }
  });

  test.prop([given])("has the gradient of Σ adjoint · output, by central differences", (one) => {
    const smooth = { ...one, specification: { ...one.specification, activation: "tanh" as const } };
    const backend = backendOf(smooth);
    backend.forward(smooth.observations, smooth.actions, smooth.steps);
    const { gradient } = backend.backward(smooth.adjoints, smooth.steps);
    const value = (theta: Float64Array) =>
      Array.from({ length: smooth.steps }, (_, t) => plainOutputs({ ...smooth, theta }, t))
        .flat()
        .reduce((sum, output, i) => sum + output * smooth.adjoints[i]!, 0);
    const stride = Math.max(1, Math.floor(smooth.theta.length / 40));
    for (let i = 0; i < smooth.theta.length; i += stride) {
      const moved = (by: number) => smooth.theta.map((at, index) => (index === i ? at + by : at));
      const difference = (value(moved(1e-5)) - value(moved(-1e-5))) / 2e-5;
      expect(Math.abs(gradient[i]! - difference)).toBeLessThan(1e-6 * (1 + Math.abs(difference)));
    }
  });

  test.prop([given])("has the norm and the projection of every step's gradient", (one) => {
    const backend = backendOf(one);
    backend.forward(one.observations, one.actions, one.steps);
    const { gradient, stepNorms } = backend.backward(one.adjoints, one.steps);
    const whole = gradient.slice();
    const projections = backend.project(one.steps);
    const sum = new Float64Array(whole.length);
    for (const [t, step] of stepGradients(one).entries()) {
      expect(near(stepNorms[t]!, norm(step))).toBe(true);
      expect(Math.abs(projections[t]! - dot(step, whole))).toBeLessThan(1e-10 * (1 + dot(whole, whole)));
      for (const [i, part] of step.entries()) sum[i]! += part;
    }
    for (const [i, total] of sum.entries()) expect(near(total, whole[i]!)).toBe(true);
  });

  test.prop([problems(fc.constantFrom(1, 128, 129, 300, 700), headed)], { numRuns: 25 })(
    "gives the same bits row by row, whatever the buffers held",
    (one) => {
      const { observations, actions, steps, adjoints } = one;
      const fresh = backendOf(one);
      const heads = copyOf(fresh.forward(observations, actions, steps));
      const gradient = copyOf(fresh.backward(adjoints, steps));
      const used = backendOf(problem(one.specification, 1, 5));
      const other = problem(one.specification, 600, 6);
      used.forward(other.observations, other.actions, 600);
      used.backward(other.adjoints, 600);
      used.setTheta(one.theta);
      for (let t = 0; t < steps; t++) used.act(observations, t);
      expect(copyOf(used.heads(actions, steps))).toEqual(heads);
      expect(copyOf(used.backward(adjoints, steps))).toEqual(gradient);
    },
  );
});

describe("θ of a policy with heads", () => {
  const base = { observationSize: 3, hidden: [4], activation: "tanh", bias: true, actionCount: 2 } as const;
  const names = (backend: KernelsBackend) => backend.parameters.map(({ name, shape }) => [name, ...shape]);

  test("names the rows of a shared last layer apart", () => {
    const backend = new KernelsBackend({
      ...base,
      gaussian: { sigma: "network", by: "exp" },
      value: { trunk: "shared" },
    });
    expect(names(backend)).toEqual([
      ["W1", 4, 3],
      ["b1", 4],
      ["Wm", 2, 4],
      ["Ws", 2, 4],
      ["Wv", 1, 4],
      ["bm", 2],
      ["bs", 2],
      ["bv", 1],
    ]);
  });

  test("has free deviations and a value network after the policy's", () => {
    const backend = new KernelsBackend({
      ...base,
      gaussian: { sigma: "parameter", by: "softplus" },
      value: { trunk: "own", hidden: [5] },
    });
    expect(names(backend)).toEqual([
      ["W1", 4, 3],
      ["b1", 4],
      ["Wm", 2, 4],
      ["bm", 2],
      ["s", 2],
      ["V1", 5, 3],
      ["c1", 5],
      ["V2", 1, 5],
      ["c2", 1],
    ]);
    const ends = backend.parameters.map(({ offset, length }) => offset + length);
    expect(backend.parameters.map(({ offset }) => offset)).toEqual([0, ...ends.slice(0, -1)]);
    expect(ends.at(-1)).toBe(backend.theta().length);
  });

  test.each(["exp", "softplus"] as const)("starts with σ = 1 by %s where σ is a parameter", (by) => {
    const backend = new KernelsBackend({ ...base, gaussian: { sigma: "parameter", by } });
    backend.initialise(createGenerator(1, "parameters"));
    const { sigma } = backend.forward(new Float64Array(3), new Float64Array(2), 1);
    for (const value of sigma!) expect(value).toBeCloseTo(1, 14);
  });

  test("draws the policy network as if there were no value network", () => {
    const draw = (backend: KernelsBackend) => {
      backend.initialise(createGenerator(7, "parameters"));
      return backend.theta();
    };
    const plain = draw(new KernelsBackend(base));
    const valued = draw(new KernelsBackend({ ...base, value: { trunk: "own", hidden: [4] } }));
    expect(valued.subarray(0, plain.length)).toEqual(plain);
  });
});

function copyOf<Columns extends object>(columns: Columns): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, Float64Array.from(column)]),
  );
}
