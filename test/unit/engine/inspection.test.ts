import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { algorithms } from "../../../src/algorithms/registry.ts";
import { type FrozenUpdate, freeze } from "../../../src/engine/frozenUpdate.ts";
import { type InspectedLoss, Inspector } from "../../../src/engine/inspection/inspector.ts";
import { resolveSettings, type SettingsRequest } from "../../../src/engine/settings.ts";
import { Trainer } from "../../../src/engine/trainer.ts";
import type { UpdateSummary } from "../../../src/runs/summary.ts";

interface Made {
  readonly frozen: FrozenUpdate;
  readonly summary: UpdateSummary;
  /** [T × K] and [|θ|], as the trainer had them. */
  readonly heads: { readonly outputs: Float64Array; readonly logProbabilities: Float64Array };
  readonly gradient: Float64Array;
  readonly stepNorms: Float64Array;
}

/** Update `update` of a training run, with what the trainer itself computed in it. */
function make(request: SettingsRequest, update: number): Made {
  const trainer = new Trainer(resolveSettings(request));
  while (trainer.update < update) trainer.advance(4096);
  const { summary, heads, gradient, batch } = trainer.made!;
  const { steps } = batch;
  return {
    frozen: freeze(trainer.lastFrozen()!),
    summary,
    heads: {
      outputs: (heads.logits ?? heads.mu!).slice(),
      logProbabilities: heads.logProbabilities.slice(0, steps),
    },
    gradient: gradient.gradient.slice(),
    stepNorms: gradient.stepNorms.slice(0, steps),
  };
}

function inspect(inspector: Inspector, text: string): InspectedLoss {
  const inspection = inspector.inspect(text);
  if (!inspection.ok) throw new Error(`${text}: ${inspection.diagnostics[0]?.message}`);
  return inspection.loss;
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, scale: number): void {
  expect(actual.length).toBe(expected.length);
  for (let index = 0; index < expected.length; index++)
    expect(Math.abs(actual[index]! - expected[index]!), `[${index}]`).toBeLessThanOrEqual(1e-10 * scale);
}

const requests: readonly SettingsRequest[] = [
  { seed: 1, hidden: [16] },
  { seed: 2, hidden: [] },
  { seed: 3, hidden: [8, 5], activation: "tanh" },
  { seed: 4, hidden: [7], bias: false, optimiser: "sgd", gamma: 0.8 },
];

function environmentsFor(actions: "discrete" | "continuous" | undefined): string[] {
  if (actions !== undefined) return [actions === "discrete" ? "CartPole-v1" : "Pendulum-v1"];
  return ["CartPole-v1", "Pendulum-v1"];
}

describe("an inspected update", () => {
  test.for(
    algorithms.flatMap(({ id, actions }) =>
      environmentsFor(actions).flatMap((environment) =>
        // Rewards of Pendulum in the thousands throw plain SGD off at once.
        requests
          .filter(({ optimiser }) => environment !== "Pendulum-v1" || optimiser !== "sgd")
          .map((request) => [id, environment, request] as const),
      ),
    ),
  )("of %s on %s with %o has the trainer's own numbers, bit for bit", ([algorithm, environment, request]) => {
    const { frozen, summary, heads, gradient, stepNorms } = make({ ...request, algorithm, environment }, 9);
    const inspector = new Inspector(frozen);
    const { steps } = frozen.batch;
    expect(inspector.trainer.evaluation.value).toBe(summary.loss);
    expect(inspector.trainer.gradientNorm).toBe(summary.gradNorm);
    const outputs = inspector.heads.logits ?? inspector.heads.mu!;
    expect(outputs).toEqual(heads.outputs);
    expect(inspector.heads.logProbabilities.slice(0, steps)).toEqual(heads.logProbabilities);
    expect(inspector.trainer.gradient.gradient).toEqual(gradient);
    expect(inspector.trainer.gradient.stepNorms).toEqual(stepNorms);
  });

  test.for([
    ["reinforce", "book", "REINFORCE (13.3): c = 1.000·γᵗG"],
    ["reinforce-no-gamma-t", "variant", "REINFORCE without γᵗ: c = 1.000·G"],
    [
      "reinforce-normalized",
      "variant",
      "REINFORCE with returns normalised over the batch: c = 1.000·(G − mean G) / std G",
    ],
  ] as const)("of %s is named %s", ([algorithm, kind, sentence]) => {
    for (const update of [1, 4, 11]) {
      const { verdict } = new Inspector(make({ seed: update, hidden: [16], algorithm }, update).frozen)
        .trainer;
      expect(verdict.kind).toBe(kind);
      expect(verdict.sentence.startsWith(sentence), verdict.sentence).toBe(true);
      expect(verdict.match!.residual).toBeLessThan(1e-6);
    }
  });
});

/** Losses as people write them: a weight of the batch's numbers, times log π, with and without an entropy bonus. */
const weights = fc.constantFrom(
  "discounted_returns(r, gamma)",
  "gamma**t * discounted_returns(r, gamma)",
  "normalize(discounted_returns(r, gamma))",
  "(r - 0.5)",
  "cos(t)",
  "exp(-t / T) * (1 - 2 * done)",
);
const reductions = fc.constantFrom("sum", "mean");
const bonuses = fc.constantFrom("", " - 0.01 * entropy.sum()", " + 0.3 * entropy.mean()", " - 2.5");
const losses = fc
  .tuple(weights, reductions, bonuses, fc.double({ min: 0.01, max: 50, noNaN: true }))
  .map(([weight, reduction, bonus, scale]) => `-${scale} * (${weight} * log_pi).${reduction}()${bonus}`);
const updates = fc
  .tuple(fc.constantFrom(...requests), fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 4 }))
  .map(([request, seed, update]) => make({ ...request, seed }, update));

describe("of any loss on any update", () => {
  test("the shares sum to 1, the ℓ_t and the rest to the loss, the outputs' gradients to 0", () => {
    fc.assert(
      fc.property(updates, losses, ({ frozen }, text) => {
        const inspector = new Inspector(frozen);
        const loss = inspect(inspector, text);
        const { terms, evaluation } = loss;
        const size = sum(evaluation.gradient.logits!.map(Math.abs)) + Math.abs(evaluation.value);
        expect(terms.notSeparable).toBeUndefined();
        const whole = inspector.column(loss, "l")!;
        const scale = sum(whole.map(Math.abs)) + Math.abs(terms.rest!) + 1e-3;
        expect(Math.abs(sum(whole) + terms.rest! - evaluation.value)).toBeLessThanOrEqual(1e-10 * scale);
        const parts = terms.columns.length > 1 ? terms.columns.slice(1) : terms.columns;
        expect(
          Math.abs(sum(parts.map((part) => part.sum)) + terms.rest! - evaluation.value),
        ).toBeLessThanOrEqual(1e-10 * scale);
        expect(sum(inspector.column(loss, "share")!)).toBeCloseTo(1, 9);
        const { steps, actionCount } = frozen.batch;
        for (let t = 0; t < steps; t++) {
          const row = evaluation.gradient.logits!.subarray(t * actionCount, (t + 1) * actionCount);
          expect(Math.abs(sum(row))).toBeLessThanOrEqual(1e-12 * size);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("c read from the logits alone is the adjoint of log_pi", () => {
    fc.assert(
      fc.property(updates, weights, reductions, ({ frozen }, weight, reduction) => {
        const inspector = new Inspector(frozen);
        const exact = inspect(inspector, `-(${weight} * log_pi).${reduction}()`).verdict.fingerprint;
        const projected = inspect(inspector, `(${weight} * cross_entropy(logits, a)).${reduction}()`).verdict
          .fingerprint;
        expect([exact.reading, projected.reading]).toEqual(["exact", "projected"]);
        expectNear(projected.weights, exact.weights, 1 + Math.max(...exact.weights.map(Math.abs)));
        expect(projected.formResidual).toBeLessThan(1e-9);
      }),
      { numRuns: 40 },
    );
  });

  test("the gradient is the loss's slope in every direction of θ", () => {
    const step = 1e-5;
    fc.assert(
      fc.property(updates, losses, fc.integer({ min: 0, max: 2 ** 30 }), ({ frozen }, text, place) => {
        const loss = inspect(new Inspector(frozen), text);
        const index = place % frozen.theta.length;
        const valueAt = (shift: number) => {
          const theta = frozen.theta.slice();
          theta[index]! += shift;
          return inspect(new Inspector({ ...frozen, theta }), text).evaluation.value;
        };
        const slope = (valueAt(step) - valueAt(-step)) / (2 * step);
        const allowed = 1e-3 * Math.abs(slope) + 1e-5 * (1 + Math.abs(loss.evaluation.value));
        expect(Math.abs(loss.gradient.gradient[index]! - slope)).toBeLessThanOrEqual(allowed);
      }),
      { numRuns: 60 },
    );
  });

  test("g_t·g and ‖g_t‖ are those of the step's own gradient", () => {
    fc.assert(
      fc.property(updates, losses, fc.nat(), ({ frozen }, text, place) => {
        const inspector = new Inspector(frozen);
        const loss = inspect(inspector, text);
        const { steps, actionCount } = frozen.batch;
        const t = place % steps;
        const alone = new Float64Array(steps * actionCount);
        const from = t * actionCount;
        alone.set(loss.evaluation.gradient.logits!.subarray(from, from + actionCount), from);
        const own = inspector.backend.backward(alone, steps).gradient.slice();
        const dot = sum(own.map((value, index) => value * loss.gradient.gradient[index]!));
        const norm = Math.sqrt(sum(own.map((value) => value * value)));
        expect(Math.abs(loss.projections[t]! - dot)).toBeLessThanOrEqual(
          1e-10 * (norm * loss.gradientNorm + 1e-300),
        );
        expect(Math.abs(inspector.column(loss, "size")![t]! - norm)).toBeLessThanOrEqual(1e-10 * norm);
      }),
      { numRuns: 60 },
    );
  });
});
