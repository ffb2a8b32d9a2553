import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import {
  clipFactor,
  createOptimiserState,
  gradientNorm,
  optimiserSpecification,
} from "../../../src/policies/optimiser.ts";
import { ParameterMemory } from "../../../src/policies/parameterMemory.ts";
import type { OptimiserSpecification, OptimiserState } from "../../../src/policies/policy.ts";
import { kernelMemories } from "../../../src/policies/wasm/kernelMemory.ts";

const createMemory = kernelMemories();

/** One step of `theta` in place, from a state that was made elsewhere. */
function takeStep(
  optimiser: OptimiserSpecification,
  state: OptimiserState,
  theta: Float64Array,
  gradient: Float64Array,
  clipNorm?: number,
): void {
  const memory = new ParameterMemory(theta.length, createMemory);
  memory.theta.set(theta);
  memory.gradient.set(gradient);
  memory.step(optimiser, state, clipNorm, theta.length);
  theta.set(memory.theta);
}

const vectors = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 6 });

describe("takeStep", () => {
  test.prop([vectors, fc.integer({ min: 1, max: 8 })])(
    "is Kingma and Ba's algorithm 1 for Adam",
    (start, steps) => {
      const optimiser = optimiserSpecification("adam", 0.01);
      const state = createOptimiserState("adam", start.length);
      const theta = Float64Array.from(start);
      const m = start.map(() => 0);
      const v = start.map(() => 0);
      const expected = [...start];
      for (let step = 1; step <= steps; step++) {
        const gradient = theta.map((value, i) => Math.sin(3 * value + i) - 0.3 * step);
        for (let i = 0; i < start.length; i++) {
          m[i] = 0.9 * m[i]! + 0.1 * gradient[i]!;
          v[i] = 0.999 * v[i]! + 0.001 * gradient[i]! ** 2;
          const corrected = m[i]! / (1 - 0.9 ** step);
          expected[i]! -= (0.01 * corrected) / (Math.sqrt(v[i]! / (1 - 0.999 ** step)) + 1e-8);
        }
        takeStep(optimiser, state, theta, gradient);
      }
      expect(state.step).toBe(steps);
      for (const [i, value] of theta.entries()) expect(value).toBeCloseTo(expected[i]!, 11);
    },
  );

  test("moves by the learning rate on Adam's first step, whatever the gradient's size", () => {
    const theta = Float64Array.of(1, 1, 1);
    const state = createOptimiserState("adam", 3);
    takeStep(optimiserSpecification("adam", 0.01), state, theta, Float64Array.of(1e-3, -50, 2));
    expect(theta[0]).toBeCloseTo(0.99, 6);
    expect(theta[1]).toBeCloseTo(1.01, 8);
    expect(theta[2]).toBeCloseTo(0.99, 8);
  });

  test("goes straight down the gradient for SGD and keeps no moments", () => {
    const theta = Float64Array.of(1, 2);
    const state = createOptimiserState("sgd", 2);
    takeStep(optimiserSpecification("sgd", 0.5), state, theta, Float64Array.of(2, -4));
    expect(theta).toEqual(Float64Array.of(0, 4));
    expect(state).toEqual({ step: 1, moments: [] });
  });

  test("clips the gradient first, moments included", () => {
    const [scaled, plain] = [Float64Array.of(1), Float64Array.of(1)];
    const [first, second] = [createOptimiserState("adam", 1), createOptimiserState("adam", 1)];
    takeStep(optimiserSpecification("adam", 0.1), first, scaled, Float64Array.of(8), 2);
    takeStep(optimiserSpecification("adam", 0.1), second, plain, Float64Array.of(8 * clipFactor(8, 2)));
    expect([scaled, first]).toEqual([plain, second]);
  });

  test.prop([vectors])("goes on bit for bit from a stored state", (start) => {
    const optimiser = optimiserSpecification("adam", 0.02);
    const run = (theta: Float64Array, state: ReturnType<typeof createOptimiserState>, steps: number) => {
      for (let i = 0; i < steps; i++) takeStep(optimiser, state, theta, theta.map(Math.cos));
    };
    const theta = Float64Array.from(start);
    const state = createOptimiserState("adam", start.length);
    run(theta, state, 3);
    const storedTheta = theta.slice();
    const stored = { step: state.step, moments: state.moments.map((moment) => moment.slice()) };
    run(theta, state, 4);
    run(storedTheta, stored, 4);
    expect([storedTheta, stored]).toEqual([theta, state]);
  });
});

describe("ParameterMemory", () => {
  const optimiser = optimiserSpecification("adam", 0.02, 0.3);
  const gradientAt = (step: number) => (_: number, i: number) => Math.sin(5 * i + step);

  test.prop([vectors, fc.nat(6)])(
    "steps alike from moments of its own and from moments elsewhere",
    (start, at) => {
      const [own, other] = [0, 1].map(() => new ParameterMemory(start.length, createMemory)) as [
        ParameterMemory,
        ParameterMemory,
      ];
      const states = [own.createState("adam"), createOptimiserState("adam", start.length)];
      for (let step = 0; step < 3; step++) {
        for (const [n, memory] of [own, other].entries()) {
          if (step === 0) memory.theta.set(start);
          memory.gradient.set(start.map(gradientAt(step)));
          memory.step(optimiser, states[n]!, undefined, Math.min(at, start.length));
        }
      }
      expect(other.theta).toEqual(own.theta);
      expect(states[1]).toEqual(states[0]);
    },
  );

  test.prop([vectors, fc.nat(6)])(
    "moves a value network at its own step size, the rest at theirs",
    (start, at) => {
      const valueStart = Math.min(at, start.length);
      const gradient = Float64Array.from(start, gradientAt(1));
      const [theta, slow, fast] = [0, 1, 2].map(() => Float64Array.from(start)) as Float64Array[];
      const memory = new ParameterMemory(start.length, createMemory);
      memory.theta.set(theta!);
      memory.gradient.set(gradient);
      memory.step(optimiser, memory.createState("adam"), undefined, valueStart);
      takeStep(
        optimiserSpecification("adam", 0.02),
        createOptimiserState("adam", start.length),
        slow!,
        gradient,
      );
      takeStep(
        optimiserSpecification("adam", 0.3),
        createOptimiserState("adam", start.length),
        fast!,
        gradient,
      );
      expect([...memory.theta]).toEqual([...slow!.subarray(0, valueStart), ...fast!.subarray(valueStart)]);
    },
  );

  test("starts a new state from moments of 0", () => {
    const memory = new ParameterMemory(2, createMemory);
    memory.gradient.set([1, 2]);
    memory.step(optimiser, memory.createState("adam"), undefined, 2);
    expect(memory.createState("adam")).toEqual(createOptimiserState("adam", 2));
  });
});

describe("clipFactor", () => {
  test("is torch's max/(norm + 1e-6), and never enlarges", () => {
    expect(clipFactor(4, 1)).toBe(1 / (4 + 1e-6));
    expect(clipFactor(0.5, 1)).toBe(1);
    expect(clipFactor(0, 1)).toBe(1);
    expect(clipFactor(100, undefined)).toBe(1);
  });

  test("gradientNorm is the Euclidean norm", () => {
    expect(gradientNorm(Float64Array.of(3, -4, 12))).toBe(13);
    expect(gradientNorm(Float64Array.of(2, 4, -4, 8, 10, 10, 10))).toBe(20);
  });
});
