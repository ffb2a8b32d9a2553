import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { actorCriticTraces } from "../../../src/algorithms/actorCritic.ts";
import { Backends } from "../../../src/engine/backends/backends.ts";
import { backendFor } from "../../../src/engine/backends/forRun.ts";
import { addCarried, addScaled } from "../../../src/engine/carriedTraces.ts";
import { freeze } from "../../../src/engine/frozenUpdate.ts";
import { Inspector } from "../../../src/engine/inspection/inspector.ts";
import { batchRemarks } from "../../../src/engine/inspection/remarks.ts";
import { evaluateForTraining, readLossText } from "../../../src/engine/lossOnBatch.ts";
import { policyOf } from "../../../src/engine/runPolicy.ts";
import { resolveSettings, type SettingsRequest } from "../../../src/engine/settings.ts";
import { Trainer } from "../../../src/engine/trainer.ts";
import { KernelsBackend } from "../../../src/policies/kernels.ts";
import type { Batch } from "../../../src/rl/batch.ts";
import { seenObservations } from "../../../src/rl/seenObservations.ts";
import { kernelsDevice } from "../../util/kernelsDevice.ts";

const shipped = actorCriticTraces.loss;
const withLambdas = (theta: number, w: number) =>
  shipped.replace(/(lam_theta =).*/, `$1 ${theta}`).replace(/(lam_w +=).*/, `$1 ${w}`);

const tabular: SettingsRequest = {
  algorithm: "actor-critic-traces",
  environment: "FrozenLakeNotSlippery-v1",
  hidden: [],
  bias: false,
  optimiser: "sgd",
};

interface BookStep {
  readonly state: number;
  readonly action: number;
  readonly reward: number;
  readonly next: number;
  readonly terminated: boolean;
  readonly begins: boolean;
}

/** The box of section 13.5 for a softmax over preferences [actions × states] and a table of V, one step after the other. */
class Book {
  readonly theta: Float64Array;
  readonly w: Float64Array;
  readonly #states: number;
  readonly #z = { theta: new Float64Array(0), w: new Float64Array(0) };
  #discount = 1;

  constructor(parameters: Float64Array, states: number, actions: number) {
    this.theta = parameters.slice(0, states * actions);
    this.w = parameters.slice(states * actions);
    this.#states = states;
    this.#z = { theta: this.theta.map(() => 0), w: this.w.map(() => 0) };
  }

  step(
    one: BookStep,
    { gamma, lambdas, rates }: { gamma: number; lambdas: [number, number]; rates: [number, number] },
  ): void {
    const { state, action, reward, next, terminated, begins } = one;
    const z = this.#z;
    if (begins) {
      this.#discount = 1;
      z.theta.fill(0);
      z.w.fill(0);
    }
    const delta = reward + gamma * (terminated ? 0 : this.w[next]!) - this.w[state]!;
    const actions = this.theta.length / this.#states;
    const preferences = Array.from({ length: actions }, (_, k) => this.theta[k * this.#states + state]!);
    const powers = preferences.map((preference) => Math.exp(preference - Math.max(...preferences)));
    const total = powers.reduce((sum, power) => sum + power, 0);
    for (let i = 0; i < z.w.length; i++) z.w[i]! = gamma * lambdas[1] * z.w[i]! + (i === state ? 1 : 0);
    for (let i = 0; i < z.theta.length; i++) z.theta[i]! *= gamma * lambdas[0];
    for (let k = 0; k < actions; k++) {
      z.theta[k * this.#states + state]! += this.#discount * ((k === action ? 1 : 0) - powers[k]! / total);
    }
    for (let i = 0; i < z.w.length; i++) this.w[i]! += rates[1] * delta * z.w[i]!;
    for (let i = 0; i < z.theta.length; i++) this.theta[i]! += rates[0] * delta * z.theta[i]!;
    this.#discount *= gamma;
  }
}

function stateOf(observations: Float64Array): number {
  return observations.indexOf(1);
}

describe("actor–critic with eligibility traces", () => {
  property.prop(
    [
      fc.integer({ min: 0, max: 1000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.5, max: 1, noNaN: true }),
      fc.constantFrom("FrozenLakeNotSlippery-v1", "CliffWalkingSlippery-v1", "FrozenLake-v1"),
    ],
    { numRuns: 20 },
  )("is the book's box, step by step", (seed, lambdaTheta, lambdaW, gamma, environment) => {
    const rates: [number, number] = [0.05, 0.1];
    const lambdas: [number, number] = [lambdaTheta, lambdaW];
    const trainer = new Trainer(
      resolveSettings({
        ...tabular,
        environment,
        seed,
        gamma,
        learningRate: rates[0],
        valueLearningRate: rates[1],
        loss: withLambdas(...lambdas),
      }),
    );
    const { observationSize, actionCount } = trainer.backend.specification;
    const book = new Book(trainer.backend.theta(), observationSize, actionCount);
    let begins = true;
    for (let update = 0; update < 150; update++) {
      while (!trainer.advance(4096));
      const { batch } = trainer.made!;
      const terminated = batch.terminated[0] === 1;
      const next = stateOf(batch.finalObservations!);
      const one = {
        state: stateOf(batch.observations),
        action: batch.actions[0]!,
        reward: batch.rewards[0]!,
        next,
        terminated,
        begins,
      };
      book.step(one, { gamma, lambdas, rates });
      begins = terminated || batch.truncated[0] === 1;
    }
    const ours = trainer.backend.theta();
    const theirs = [...book.theta, ...book.w];
    for (const [i, value] of theirs.entries()) expect(ours[i]).toBeCloseTo(value, 11);
  });

  test("with λ = 0 takes the steps of one-step actor–critic, bit for bit", () => {
    const request: SettingsRequest = { hidden: [8], seed: 5, environment: "CartPole-v1" };
    const traced = new Trainer(
      resolveSettings({ ...request, algorithm: "actor-critic-traces", loss: withLambdas(0, 0) }),
    );
    const plain = new Trainer(resolveSettings({ ...request, algorithm: "actor-critic-one-step" }));
    for (let update = 0; update < 400; update++) {
      while (!traced.advance(64));
      while (!plain.advance(64));
      expect(traced.made!.summary.gradNorm).toBe(plain.made!.summary.gradNorm);
    }
    expect(traced.backend.theta()).toEqual(plain.backend.theta());
    expect(traced.episode).toBeGreaterThan(3);
  });

  test.each([0, 0.3, 0.9, 1])(
    "with λ = %d adds up to the forward view where parameters hardly move",
    (lambda) => {
      const { updates, whole, theta, specification } = episode(lambda);
      const text = `delta = (r + gamma * V_next - V).detach()
      A = discounted_returns(delta, gamma * ${lambda})
      loss = -(gamma**t * A * log_pi).sum() - (A * V).sum()`;
      const backend = new KernelsBackend(specification);
      backend.setTheta(theta);
      const heads = backend.forward(seenObservations(whole), whole.actions, whole.steps, whole);
      const read = readLossText(text, specification);
      if (!read.ok) throw new Error(read.diagnostics[0]?.message);
      const source = { batch: whole, heads, specification, gamma: 0.95, learningRate: 1e-9 };
      const { gradient } = evaluateForTraining(read.compiled, source);
      const expected = backend.backward(gradient.outputs, gradient.rows).gradient;
      const summed = new Float64Array(expected.length);
      for (const one of updates) addScaled(summed, one, 1);
      const scale = Math.hypot(...expected);
      for (const [i, value] of expected.entries())
        expect(Math.abs(summed[i]! - value)).toBeLessThan(1e-6 * scale);
      expect(whole.steps).toBeGreaterThan(8);
    },
  );
});

/** One whole episode of steps so small that θ stays where it is: each update's gradient, and all steps as one batch. */
function episode(lambda: number) {
  const trainer = new Trainer(
    resolveSettings({
      algorithm: "actor-critic-traces",
      hidden: [6],
      seed: 4,
      gamma: 0.95,
      optimiser: "sgd",
      learningRate: 1e-9,
      valueLearningRate: 1e-9,
      loss: withLambdas(lambda, lambda),
    }),
  );
  const theta = trainer.backend.theta().slice();
  const updates: Float64Array[] = [];
  const steps: Batch[] = [];
  do {
    while (!trainer.advance(64));
    const made = freeze(trainer.lastFrozen()!);
    steps.push(made.batch);
    updates.push(trainer.made!.gradient.gradient.slice());
  } while (steps.at(-1)!.terminated[0] !== 1);
  const joined = (of: (batch: Batch) => ArrayLike<number>) =>
    Float64Array.from(steps.flatMap((one) => [...Array.from(of(one))]));
  const whole: Batch = {
    ...steps[0]!,
    steps: steps.length,
    observations: joined(({ observations }) => observations),
    actions: joined(({ actions }) => actions),
    rewards: joined(({ rewards }) => rewards),
    time: joined(({ time }) => time),
    episodes: joined(({ episodes }) => episodes),
    terminated: Uint8Array.from(joined(({ terminated }) => terminated)),
    truncated: new Uint8Array(steps.length),
    finalObservations: undefined,
  };
  return { updates, whole, theta, specification: trainer.backend.specification };
}

describe("an update with traces, opened", () => {
  const trainer = new Trainer(resolveSettings({ algorithm: "actor-critic-traces", hidden: [6], seed: 4 }));
  while (trainer.update < 40 || trainer.made!.batch.time[0]! < 5) trainer.advance(64);
  const inspector = new Inspector(freeze(trainer.lastFrozen()!));
  const { frozen } = inspector;

  test("has the trainer's gradient, and shares that the carried part completes", () => {
    expect(inspector.trainer.gradientNorm).toBe(trainer.made!.summary.gradNorm);
    const { gradient } = inspector.trainer.gradient;
    let carried = 0;
    addCarried(frozen.batch.carried, inspector.trainer.evaluation.heads, (trace, weight) => {
      for (const [i, g] of gradient.entries()) carried += weight * trace[i]! * g;
    });
    const own = inspector.trainer.projections.reduce((sum, projection) => sum + projection, 0);
    expect((own + carried) / inspector.trainer.gradientNorm ** 2).toBeCloseTo(1, 12);
  });

  test("says how much of it the traces are, how large, and how fast they fade", () => {
    const [remark] = batchRemarks(inspector);
    const norm = Math.hypot(...frozen.batch.carried!.z_theta!.gradient);
    expect(remark).toContain(`of the ${frozen.batch.time[0]} steps before it`);
    expect(remark).toContain(`‖z_theta‖ ${norm.toPrecision(4)}`);
    expect(remark).toContain(`with ${(0.9 * 0.99).toPrecision(4)}^k`);
    expect(inspector.trainer.verdict.sentence).toContain("with eligibility traces of the steps before");
    expect(inspector.trainer.verdict.rule).toContain("grad(z_theta)");
  });

  test("leaves the traces out where another loss does not read them", () => {
    const other = inspector.inspect("-((r + gamma * V_next - V).detach() * log_pi).sum()");
    expect(other.ok && other.loss.verdict.rule).not.toContain("z_theta");
  });
});

describe("a loss that carries traces", () => {
  test.each([
    { algorithm: "reinforce-baseline" },
    { algorithm: "a2c" },
    { algorithm: "actor-critic-traces", batch: 2 },
  ])("is refused where updates are not made at every step: %j", (request) => {
    const make = () => new Trainer(resolveSettings({ ...request, loss: shipped }));
    expect(make).toThrow(/an update at every step of one environment/);
  });

  test("is refused on a device by its name", () => {
    const resolved = resolveSettings({ algorithm: "actor-critic-traces" });
    const device = kernelsDevice("webgpu").createPolicy(policyOf(resolved));
    expect(() => new Trainer(resolved, device)).toThrow(/computed on kernels, not on webgpu/);
  });

  test("is trained on kernels where the backend is chosen for it, however large the network", async () => {
    const resolved = resolveSettings({ algorithm: "actor-critic-traces", hidden: [2048, 2048] });
    const chosen = await backendFor(new Backends({ folders: [] } as never), resolved);
    expect([chosen.name, chosen.reason]).toEqual([
      "kernels",
      "auto: the one that computes eligibility traces",
    ]);
  });

  test("is refused as a change too, and the loss before it stays", () => {
    const trainer = new Trainer(resolveSettings({ algorithm: "a2c" }));
    const before = trainer.settings.loss;
    expect(() => trainer.change({ loss: shipped })).toThrow(/carried from step to step/);
    expect(trainer.settings.loss).toBe(before);
  });
});
