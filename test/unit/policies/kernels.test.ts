import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { KernelsBackend } from "../../../src/policies/kernels.ts";
import { createOptimiserState, optimiserSpecification } from "../../../src/policies/optimiser.ts";
import type { CategoricalHeads } from "../../../src/policies/policy.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";
import { backendOf, dot, near, norm, type Problem, plainLogits, problem, problems, row } from "./support.ts";

const fewSteps = fc.integer({ min: 1, max: 6 });
const control = {
  observationSize: 4,
  hidden: [128],
  activation: "relu",
  bias: true,
  actionCount: 2,
} as const;

function forward(given: Problem, backend = backendOf(given)) {
  return backend.forward(given.observations, given.actions, given.steps) as CategoricalHeads;
}

/** g_t of every step, each from a batch that holds only that step's ∂L/∂logits. */
function stepGradients(given: Problem): Float64Array[] {
  const { steps, specification, adjoints } = given;
  const backend = backendOf(given);
  forward(given, backend);
  return Array.from({ length: steps }, (_, t) => {
    const only = new Float64Array(adjoints.length);
    only.set(row(adjoints, t, specification.actionCount), t * specification.actionCount);
    return backend.backward(only, steps).gradient.slice();
  });
}

describe("forward", () => {
  test.prop([problems(fewSteps)])("computes the network that θ describes", (given) => {
    const { specification, theta, observations, steps } = given;
    const { logits } = forward(given);
    for (let t = 0; t < steps; t++) {
      const expected = plainLogits(specification, theta, row(observations, t, specification.observationSize));
      for (const [k, logit] of expected.entries()) {
        expect(near(logits[t * specification.actionCount + k]!, logit)).toBe(true);
      }
    }
  });

  test.prop([problems(fewSteps)])(
    "gives the softmax, its entropy and the log-probability of the actions",
    (given) => {
      const count = given.specification.actionCount;
      const heads = forward(given);
      for (let t = 0; t < given.steps; t++) {
        const logits = row(heads.logits, t, count);
        const logSum = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0));
        const logs = logits.map((z) => z - logSum);
        expect(heads.logProbabilities[t]).toBeCloseTo(logs[given.actions[t]!]!, 12);
        expect(heads.entropies[t]).toBeCloseTo(-logs.reduce((sum, log) => sum + Math.exp(log) * log, 0), 12);
        for (const [k, log] of logs.entries()) {
          expect(heads.probabilities[t * count + k]).toBeCloseTo(Math.exp(log), 13);
        }
      }
    },
  );

  test("passes on what is not a number instead of hiding it behind relu", () => {
    const given = problem(control, 1, 1);
    given.observations[2] = Number.NaN;
    expect([...forward(given).logits]).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("backward", () => {
  test.prop([problems(fewSteps)])("agrees with central differences of Σ ∂L/∂z · z", (given) => {
    const smooth = { ...given, specification: { ...given.specification, activation: "tanh" as const } };
    const { steps, theta, adjoints } = smooth;
    const backend = backendOf(smooth);
    forward(smooth, backend);
    const gradient = backend.backward(adjoints, steps).gradient.slice();
    const value = (at: Float64Array) => {
      backend.setTheta(at);
      return dot(forward(smooth, backend).logits, adjoints);
    };
    const stride = Math.max(1, Math.floor(theta.length / 40));
    for (let i = 0; i < theta.length; i += stride) {
      const moved = (by: number) => theta.map((value_, index) => (index === i ? value_ + by : value_));
      const difference = (value(moved(1e-5)) - value(moved(-1e-5))) / 2e-5;
      expect(Math.abs(gradient[i]! - difference)).toBeLessThan(1e-6 + 1e-6 * Math.abs(difference));
    }
  });

  test.prop([problems(fewSteps)])("agrees with central differences for relu, away from its kink", (given) => {
    const relu = { ...given, specification: { ...given.specification, activation: "relu" as const } };
    const { steps, theta, adjoints } = relu;
    const backend = backendOf(relu);
    forward(relu, backend);
    const gradient = backend.backward(adjoints, steps).gradient.slice();
    const value = (at: Float64Array) => {
      backend.setTheta(at);
      return dot(forward(relu, backend).logits, adjoints);
    };
    const stride = Math.max(1, Math.floor(theta.length / 40));
    for (let i = 0; i < theta.length; i += stride) {
      const moved = (by: number) => theta.map((value_, index) => (index === i ? value_ + by : value_));
      const [up, here, down] = [value(moved(1e-6)), value(theta), value(moved(-1e-6))];
      const isKink = Math.abs(up - 2 * here + down) > 1e-10;
      if (!isKink) expect(Math.abs(gradient[i]! - (up - down) / 2e-6)).toBeLessThan(1e-6);
    }
  });

  test.prop([problems(fewSteps)])("is the sum of the steps' gradients", (given) => {
    const backend = backendOf(given);
    forward(given, backend);
    const { gradient } = backend.backward(given.adjoints, given.steps);
    const steps = stepGradients(given);
    for (const [i, value] of gradient.entries()) {
      expect(
        near(
          value,
          steps.reduce((sum, g) => sum + g[i]!, 0),
        ),
      ).toBe(true);
    }
  });

  test.prop([problems(fewSteps)])("gives the norm of every step's gradient", (given) => {
    const backend = backendOf(given);
    forward(given, backend);
    const { stepNorms } = backend.backward(given.adjoints, given.steps);
    expect(stepNorms).toHaveLength(given.steps);
    for (const [t, gradient] of stepGradients(given).entries()) {
      expect(near(stepNorms[t]!, norm(gradient))).toBe(true);
    }
  });

  test("treats the control policy's shape as any other shape", () => {
    const given = problem(control, 300, 5);
    const backend = backendOf(given);
    forward(given, backend);
    const quick = backend.backward(given.adjoints, given.steps);
    const padded = problem({ ...control, observationSize: 5 }, 300, 5);
    const theta = new Float64Array(128 * 5 + 128 + 2 * 128 + 2);
    for (let j = 0; j < 128; j++) theta.set(given.theta.subarray(4 * j, 4 * j + 4), 5 * j);
    theta.set(given.theta.subarray(512), 640);
    const observations = new Float64Array(300 * 5);
    for (let t = 0; t < 300; t++) observations.set(row(given.observations, t, 4), 5 * t);
    const general = backendOf({ ...padded, theta });
    general.forward(observations, given.actions, 300);
    const slow = general.backward(given.adjoints, 300);
    for (let j = 0; j < 128; j++) {
      for (let i = 0; i < 4; i++)
        expect(near(quick.gradient[4 * j + i]!, slow.gradient[5 * j + i]!)).toBe(true);
    }
    for (let i = 0; i < 386; i++) expect(near(quick.gradient[512 + i]!, slow.gradient[640 + i]!)).toBe(true);
    for (let t = 0; t < 300; t++) expect(near(quick.stepNorms[t]!, slow.stepNorms[t]!)).toBe(true);
  });
});

describe("project", () => {
  test.prop([problems(fewSteps)])("is every step's gradient times the batch's", (given) => {
    const backend = backendOf(given);
    forward(given, backend);
    const gradient = backend.backward(given.adjoints, given.steps).gradient.slice();
    const projections = backend.project(given.steps);
    for (const [t, step] of stepGradients(given).entries()) {
      expect(Math.abs(projections[t]! - dot(step, gradient))).toBeLessThan(
        1e-10 * (1 + dot(gradient, gradient)),
      );
    }
  });

  test.prop([problems(fewSteps)])("gives shares that sum to 1", (given) => {
    const backend = backendOf(given);
    forward(given, backend);
    const { gradient } = backend.backward(given.adjoints, given.steps);
    const square = dot(gradient, gradient);
    fc.pre(square > 1e-6);
    const shares = backend.project(given.steps).map((projection) => projection / square);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });
});

describe("the numbers do not depend on the way", () => {
  test.prop([problems(fc.constantFrom(1, 127, 128, 129, 300)), fc.nat(1000)], { numRuns: 40 })(
    "acting row by row gives the bits of the whole batch, whatever the buffers held",
    (given, seed) => {
      const { specification, observations, actions, steps, adjoints } = given;
      const fresh = backendOf(given);
      const heads = copyOf(forward(given, fresh));
      const gradient = copyOf(fresh.backward(adjoints, steps));
      const projections = fresh.project(steps).slice();

      const used = backendOf(problem(specification, 1, seed));
      const other = problem(specification, 700, seed);
      forward(other, used);
      used.backward(other.adjoints, 700);
      used.project(700);
      used.setTheta(given.theta);
      for (let t = 0; t < steps; t++) used.act(observations, t);
      expect(copyOf(used.heads(actions, steps))).toEqual(heads);
      expect(copyOf(used.backward(adjoints, steps))).toEqual(gradient);
      expect(used.project(steps)).toEqual(projections);
      expect(copyOf(used.backward(adjoints, steps))).toEqual(gradient);
    },
  );

  test("a longer episode than the buffers hold grows them and changes nothing before", () => {
    const given = problem(control, 1500, 3);
    const whole = copyOf(forward(given));
    const backend = backendOf(given);
    for (let t = 0; t < 1500; t++) backend.act(given.observations, t);
    expect(copyOf(backend.heads(given.actions, 1500))).toEqual(whole);
  });
});

describe("θ", () => {
  test("is named and laid out as in torch", () => {
    const backend = new KernelsBackend({ ...control, hidden: [3, 2] });
    expect(backend.parameters).toEqual([
      { name: "W1", shape: [3, 4], offset: 0, length: 12 },
      { name: "b1", shape: [3], offset: 12, length: 3 },
      { name: "W2", shape: [2, 3], offset: 15, length: 6 },
      { name: "b2", shape: [2], offset: 21, length: 2 },
      { name: "W3", shape: [2, 2], offset: 23, length: 4 },
      { name: "b3", shape: [2], offset: 27, length: 2 },
    ]);
    const linear = new KernelsBackend({ ...control, hidden: [], bias: false });
    expect(linear.parameters).toEqual([{ name: "W1", shape: [2, 4], offset: 0, length: 8 }]);
  });

  test("starts as torch's Linear does, uniform within 1/√inputs, weights and biases alike", () => {
    const backend = new KernelsBackend({ ...control, hidden: [400, 25] });
    backend.initialise(createGenerator(1, "parameters"));
    const bounds: Record<string, number> = {
      W1: 1 / 2,
      b1: 1 / 2,
      W2: 1 / 20,
      b2: 1 / 20,
      W3: 1 / 5,
      b3: 1 / 5,
    };
    for (const { name, offset, length } of backend.parameters) {
      const values = backend.theta().subarray(offset, offset + length);
      const bound = bounds[name]!;
      for (const value of values) expect(Math.abs(value)).toBeLessThan(bound);
      if (length < 400) continue;
      const mean = values.reduce((sum, value) => sum + value, 0) / length;
      const variance = values.reduce((sum, value) => sum + value * value, 0) / length;
      expect(Math.abs(mean)).toBeLessThan((4 * bound) / Math.sqrt(3 * length));
      expect(variance / ((bound * bound) / 3)).toBeCloseTo(1, 0);
    }
  });

  test("comes from the generator alone", () => {
    const draw = (seed: number) => {
      const backend = new KernelsBackend(control);
      backend.initialise(createGenerator(seed, "parameters"));
      return backend.theta().slice();
    };
    expect(draw(4)).toEqual(draw(4));
    expect(draw(4)).not.toEqual(draw(5));
  });

  test("of another length is refused", () => {
    expect(() => new KernelsBackend(control).setTheta(new Float64Array(3))).toThrow(
      "θ has 898 numbers, not 3",
    );
  });

  test.each([{ observationSize: 0 }, { actionCount: 0 }, { hidden: [8, 0] }, { hidden: [2.5] }])(
    "of a network with %j is refused",
    (wrong) => {
      expect(() => new KernelsBackend({ ...control, ...wrong })).toThrow(RangeError);
    },
  );
});

describe("apply", () => {
  test.prop([problems(fewSteps)])("steps down the gradient, and acting then uses the new θ", (given) => {
    const backend = backendOf(given);
    forward(given, backend);
    const { gradient } = backend.backward(given.adjoints, given.steps);
    const expected = given.theta.map((value, i) => value - 0.01 * gradient[i]!);
    const returned = backend.apply(
      optimiserSpecification("sgd", 0.01),
      createOptimiserState("sgd", 0),
      undefined,
    );
    expect(returned).toBeCloseTo(norm(gradient), 10);
    expect(backend.theta()).toEqual(expected);
    const moved = { ...given, theta: expected };
    expect(copyOf(forward(given, backend))).toEqual(copyOf(forward(moved)));
  });

  test("leaves the gradient itself unclipped", () => {
    const given = problem(control, 5, 8);
    const backend = backendOf(given);
    forward(given, backend);
    const { gradient } = backend.backward(given.adjoints, 5);
    const before = gradient.slice();
    const clip = norm(before) / 4;
    backend.apply(optimiserSpecification("sgd", 1), createOptimiserState("sgd", 0), clip);
    const step = backend.theta().map((value, i) => given.theta[i]! - value);
    expect(norm(step)).toBeCloseTo(clip, 5);
    expect(gradient).toEqual(before);
  });

  test("ends what can be projected, as acting does", () => {
    const given = problem(control, 5, 8);
    const backend = backendOf(given);
    expect(() => backend.project(5)).toThrow("backward");
    forward(given, backend);
    backend.backward(given.adjoints, 5);
    backend.apply(optimiserSpecification("sgd", 1), createOptimiserState("sgd", 0), undefined);
    expect(() => backend.project(5)).toThrow("backward");
    forward(given, backend);
    backend.backward(given.adjoints, 5);
    backend.act(given.observations, 0);
    expect(() => backend.project(5)).toThrow("backward");
  });
});

function copyOf<Columns extends object>(columns: Columns): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, Float64Array.from(column)]),
  );
}
