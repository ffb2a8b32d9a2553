import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { partsOf } from "../../src/engine/backends/tfjs/denseParts.ts";
import { TensorPolicy } from "../../src/engine/backends/tfjs/tensorPolicy.ts";
import { ConformanceCount, conformOnDevice } from "../../src/engine/conformance/run.ts";
import { HeadReader } from "../../src/policies/headReader.ts";
import { createOptimiserState, optimiserSpecification } from "../../src/policies/optimiser.ts";
import type { Heads, PolicySpecification } from "../../src/policies/policy.ts";
import { deviation, devices, open, type Pair, pair } from "./support.ts";

/** float32, in proportion to the norm of what is compared. */
const precision = 1e-4;

const plain = { observationSize: 4, actionCount: 2, hidden: [32], activation: "tanh", bias: true } as const;

const cases: readonly (readonly [string, PolicySpecification, number])[] = [
  ["one tanh layer", plain, 50],
  ["one relu layer", { ...plain, activation: "relu" }, 50],
  ["two layers", { ...plain, hidden: [48, 33] }, 130],
  ["three layers, many actions", { ...plain, hidden: [8, 9, 10], actionCount: 7, observationSize: 11 }, 64],
  ["no biases", { ...plain, bias: false, hidden: [16, 16] }, 40],
  ["no hidden layer", { ...plain, hidden: [] }, 30],
  ["one step", plain, 1],
  ["more steps than are computed at a time", { ...plain, hidden: [2000] }, 1100],
  ["a Gaussian with σ from the network", { ...plain, gaussian: { sigma: "network", by: "exp" } }, 40],
  ["a Gaussian with σ of its own", { ...plain, gaussian: { sigma: "parameter", by: "exp" } }, 40],
  ["a value beside the policy", { ...plain, value: { trunk: "own", hidden: [12] } }, 40],
  ["a value on the policy's trunk", { ...plain, value: { trunk: "shared" } }, 40],
];

/** Both passes on both; resolves to what they gave. */
async function update({
  specification,
  device,
  kernels,
  steps,
  observations,
  actions,
  outputsGradient,
}: Pair) {
  const reader = new HeadReader(specification, steps);
  device.forward(observations, steps);
  const outputs = {
    device: numbersOf(reader.readAll(await device.outputs(), actions, steps, undefined)),
    kernels: numbersOf(kernels.forward(observations, actions, steps)),
  };
  const passed = kernels.backward(outputsGradient, steps);
  device.backward(outputsGradient);
  const gradient = { device: await device.gradient(), kernels: passed.gradient.slice() };
  const projections = { device: await device.project(), kernels: kernels.project(steps).slice(0, steps) };
  const stepNorms = passed.stepNorms.slice(0, steps);
  return { outputs, gradient, projections, stepNorms };
}

/** In CI a GPU is software that takes about 2 ms for every operation, and longer for one of a new shape. */
const isSlow = (name: string) => name === "webgpu";

/** Every number of the heads, one after the other. */
function numbersOf(heads: Heads): number[] {
  return Object.values(heads).flatMap((values: Float64Array | undefined) => Array.from(values ?? []));
}

describe.for(devices)("$name", ({ name, isAbsent }) => {
  describe.skipIf(isAbsent)("computes as kernels do", () => {
    test.for(cases)("%s", async ([, specification, steps]) => {
      const both = pair(await open(name), specification, steps);
      const { outputs, gradient, projections, stepNorms } = await update(both);
      expect(deviation(outputs.device, outputs.kernels)).toBeLessThan(precision);
      expect(deviation(gradient.device, gradient.kernels)).toBeLessThan(precision);
      expect(deviation(projections.device, projections.kernels)).toBeLessThan(precision);
      both.device.step(optimiserSpecification("sgd", 0.01), 1, undefined);
      const figures = await both.device.figures();
      const norm = both.kernels.apply(
        optimiserSpecification("sgd", 0.01),
        createOptimiserState("sgd", 0),
        undefined,
      );
      expect(deviation(figures.stepNorms, stepNorms)).toBeLessThan(precision);
      expect(Math.abs(figures.gradientNorm / norm - 1)).toBeLessThan(precision);
      expect(deviation(figures.theta, both.kernels.theta())).toBeLessThan(precision);
      both.device.dispose();
    });

    test("any network on any batch", async () => {
      const backend = await open(name);
      const shapes = fc.record({
        observationSize: fc.integer({ min: 1, max: 6 }),
        actionCount: fc.integer({ min: 1, max: 5 }),
        hidden: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 3 }),
        activation: fc.constant("tanh" as const),
        bias: fc.boolean(),
      });
      const property = fc.asyncProperty(
        shapes,
        fc.integer({ min: 1, max: 60 }),
        fc.nat(),
        async (shape, steps, seed) => {
          const both = pair(backend, shape, steps, seed);
          const { outputs, gradient, projections } = await update(both);
          both.device.dispose();
          expect(deviation(outputs.device, outputs.kernels)).toBeLessThan(precision);
          expect(deviation(gradient.device, gradient.kernels)).toBeLessThan(precision);
          expect(deviation(projections.device, projections.kernels)).toBeLessThan(precision);
        },
      );
      await fc.assert(property, { numRuns: isSlow(name) ? 5 : 40 });
    });

    test.for([undefined, 0.5, 1e6])("Adam over some updates, clipped at %s", async (clipNorm) => {
      const both = pair(await open(name), plain, 60);
      const state = createOptimiserState("adam", both.kernels.theta().length);
      for (let count = 1; count <= (isSlow(name) ? 3 : 20); count++) {
        await update(both);
        both.kernels.apply(optimiserSpecification("adam", 0.01), state, clipNorm);
        both.device.step(optimiserSpecification("adam", 0.01), count, clipNorm);
      }
      const { theta } = await both.device.figures();
      expect(deviation(theta, both.kernels.theta())).toBeLessThan(precision);
      const moments = await both.device.moments();
      for (const [index, moment] of moments.entries()) {
        expect(deviation(moment, state.moments[index]!)).toBeLessThan(precision);
      }
      both.device.dispose();
    });

    test.for(["sgd", "adam"] as const)("a value network's own step size under %s", async (kind) => {
      const both = pair(await open(name), { ...plain, value: { trunk: "own", hidden: [12] } }, 30);
      const optimiser = { ...optimiserSpecification(kind, 0.01), valueLearningRate: 0.05 };
      await update(both);
      const state = createOptimiserState(kind, both.kernels.theta().length);
      both.device.setMoments(state.moments);
      both.kernels.apply(optimiser, state, undefined);
      both.device.step(optimiser, 1, undefined);
      expect(deviation((await both.device.figures()).theta, both.kernels.theta())).toBeLessThan(precision);
      both.device.dispose();
    });

    test("the reference updates of PyTorch", async () => {
      const parsed = JSON.parse(readFileSync("test/reference/updates.json", "utf8"));
      const reference = conformOnDevice(parsed, await open(name));
      if (!reference.ok) throw new Error(reference.message);
      const count = new ConformanceCount();
      for await (const outcome of reference.outcomes) {
        count.add(outcome);
        expect(outcome.comparison.mismatches).toEqual([]);
      }
      const losses = parsed.models.flatMap((model: { losses?: object }) => Object.keys(model.losses ?? {}));
      expect(count.summary()).toMatchObject({ compared: losses.length, failed: 0, skipped: 0 });
    });
  });

  test.skipIf(isAbsent)("leaves no tensor behind after 1,000 updates", { timeout: 400_000 }, async () => {
    const backend = await open(name);
    const before = backend.tensorCount();
    const both = pair(backend, { ...plain, hidden: isSlow(name) ? [] : [4] }, 7);
    const once = async (count: number) => {
      both.device.forward(both.observations, both.steps);
      both.device.backward(both.outputsGradient);
      both.device.step(optimiserSpecification("adam", 1e-3), count, 0.5);
      await both.device.figures();
      if (count % 100 !== 0) return;
      await Promise.all([
        both.device.outputs(),
        both.device.moments(),
        both.device.project(),
        both.device.gradient(),
      ]);
    };
    await once(1);
    const first = backend.tensorCount();
    for (let count = 2; count <= 1001; count++) await once(count);
    expect(backend.tensorCount()).toBe(first);
    both.device.dispose();
    expect(backend.tensorCount()).toBe(before);
  });

  test.skipIf(isAbsent)("gives no number any more once its device could not do its work", async () => {
    await open(name);
    let trouble: string | undefined;
    const policy = new TensorPolicy(name, "a device", partsOf(plain), () => trouble);
    policy.setMoments(createOptimiserState("adam", partsOf(plain).parameterCount).moments);
    policy.forward(new Float64Array(4), 1);
    expect(await policy.outputs()).toEqual(new Float64Array(2));
    trouble = "out of memory";
    await expect(policy.outputs()).rejects.toThrow("out of memory");
    trouble = undefined;
    await expect(policy.moments()).rejects.toThrow("out of memory");
    policy.dispose();
  });

  test.skipIf(isAbsent)("refuses what comes in the wrong order or size", async () => {
    const policy = (await open(name)).createPolicy(plain);
    expect(() => policy.setTheta(new Float64Array(3))).toThrow(/θ has 226 numbers, not 3/);
    expect(() => policy.step(optimiserSpecification("sgd", 1), 1, undefined)).toThrow(/backward comes first/);
    await expect(policy.figures()).rejects.toThrow(/figures follow step/);
    policy.dispose();
  });
});
