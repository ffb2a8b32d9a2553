import { describe, expect, test } from "vitest";
import { freeze } from "../../../src/engine/frozenUpdate.ts";
import { columnViews, tableShape } from "../../../src/engine/inspection/columns.ts";
import { Inspector } from "../../../src/engine/inspection/inspector.ts";
import { namesOf } from "../../../src/engine/inspection/names.ts";
import { ratioView } from "../../../src/engine/inspection/ratioView.ts";
import { stepView } from "../../../src/engine/inspection/stepView.ts";
import { resolveSettings, type SettingsRequest } from "../../../src/engine/settings.ts";
import { Trainer } from "../../../src/engine/trainer.ts";

function opened(request: SettingsRequest, update: number) {
  const resolved = resolveSettings(request);
  const trainer = new Trainer(resolved);
  while (trainer.update < update) trainer.advance(65_536);
  const inspector = new Inspector(freeze(trainer.lastFrozen()!));
  return { inspector, environment: resolved.environment, names: namesOf(resolved.environment) };
}

describe("the step table", () => {
  test.each<[SettingsRequest]>([
    [{ algorithm: "reinforce-gaussian", environment: "Pendulum-v1", seed: 1, hidden: [8] }],
    [{ algorithm: "a2c", environment: "CartPole-v1", seed: 1, hidden: [8] }],
    [{ algorithm: "a2c", environment: "Pendulum-v1", seed: 1, hidden: [8] }],
    [{ algorithm: "ppo", environment: "CartPole-v1", seed: 1, hidden: [8] }],
    [{ algorithm: "ppo", environment: "Pendulum-v1", seed: 1, hidden: [8] }],
    [{ algorithm: "pytorch-actor-critic", environment: "CartPole-v1", seed: 1, hidden: [8] }],
  ])("has numbers in every column that it offers, for %j", (request) => {
    const { inspector, names } = opened(request, 7);
    const loss = inspector.trainer;
    const columns = columnViews(tableShape(inspector, loss, names));
    expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
    for (const { name } of columns) {
      expect(inspector.column(loss, name), name).toHaveLength(inspector.frozen.batch.steps);
      expect(inspector.column(loss, name)!.some(Number.isNaN), name).toBe(false);
    }
  });

  test("has shares that sum to 1, and terms that sum to the loss, for every head", () => {
    for (const algorithm of ["a2c", "ppo", "actor-critic-one-step", "pytorch-actor-critic"]) {
      for (const environment of ["CartPole-v1", "Pendulum-v1"]) {
        const { inspector } = opened({ algorithm, environment, seed: 2, hidden: [8] }, 5);
        const loss = inspector.trainer;
        const sum = (name: string) => inspector.column(loss, name)!.reduce((total, x) => total + x, 0);
        expect(sum("share")).toBeCloseTo(1, 9);
        const { value } = loss.evaluation;
        expect(Math.abs(sum("l") + loss.terms.rest! - value)).toBeLessThan(1e-9 * (1 + Math.abs(value)));
      }
    }
  });
});

describe("one step of a Gaussian policy", () => {
  const { inspector, environment, names } = opened(
    { algorithm: "a2c", environment: "Pendulum-v1", seed: 1, hidden: [8] },
    3,
  );
  const { steps } = inspector.frozen.batch;
  const views = Array.from({ length: steps }, (_, step) =>
    stepView({ inspector, names, environment, where: "" }, inspector.trainer, step),
  );

  test("shows what was drawn, μ, σ and what each gets, as the columns have it", () => {
    for (const [step, { outputs, dimensions, value }] of views.entries()) {
      const [torque] = dimensions!;
      const of = (column: string) => inspector.column(inspector.trainer, column)?.[step] ?? Number.NaN;
      expect(outputs).toEqual([]);
      expect([torque!.action, torque!.mean, torque!.deviation]).toEqual([
        of("a[0]"),
        of("mu[0]"),
        of("sigma[0]"),
      ]);
      expect([torque!.meanGradient, torque!.deviationGradient]).toEqual([of("dmu[0]"), of("dsigma[0]")]);
      expect(value).toEqual({
        estimate: of("V"),
        next: of("V_next"),
        delta: of("delta"),
        gradient: of("dV"),
      });
    }
  });

  test("says what the environment took where the action lay outside its bounds, and only there", () => {
    const outside = views.filter(({ dimensions }) => Math.abs(dimensions![0]!.action) > 2);
    expect(outside.length).toBeGreaterThan(0);
    for (const { dimensions } of views) {
      const { action, takenAs } = dimensions![0]!;
      expect(takenAs).toBe(Math.abs(action) > 2 ? 2 * Math.sign(action) : undefined);
    }
  });
});

test("the first minibatch of a batch finds the policy that acted: no KL, nothing clipped", () => {
  const ratioOf = (update: number) => {
    const { inspector } = opened({ algorithm: "ppo", seed: 1, hidden: [8], learningRate: 0.01 }, update);
    return ratioView(inspector, inspector.trainer)!;
  };
  expect(ratioOf(1)).toEqual({ approximateKl: 0, oldApproximateKl: 0, clipFraction: 0, epsilon: 0.2 });
  expect(ratioOf(16).approximateKl).toBeGreaterThan(1e-4);
  expect(ratioOf(17).approximateKl).toBe(0);
});

test.each([
  ["ShortCorridor", "reinforce"],
  ["Pendulum-v1", "reinforce-gaussian"],
] as const)("a weight below 0 is told apart from the signs before it, on %s", (id, algorithm) => {
  const { inspector, environment, names } = opened({ algorithm, environment: id, seed: 1 }, 2);
  const { sentence } = stepView({ inspector, names, environment, where: "" }, inspector.trainer, 0);
  expect(sentence).toMatch(algorithm === "reinforce" ? /= −\(−\d+\.\d+\)·\(1−0/u : /c = −\d+\.\d+:/u);
  expect(sentence).not.toContain("-");
});
