import { describe, expect, test } from "vitest";
import { resolveSettings, type SettingsRequest } from "../../../src/engine/settings.ts";
import { Trainer } from "../../../src/engine/trainer.ts";
import { decodeTrainerState, encodeTrainerState } from "../../../src/engine/trainerState.ts";
import type { UpdateSummary } from "../../../src/runs/summary.ts";

const small: SettingsRequest = { algorithm: "ppo", seed: 3, hidden: [8], environments: 2, batch: 16 };

function trained(request: SettingsRequest, updates: number, budget = 4096) {
  const trainer = new Trainer(resolveSettings(request));
  const made: UpdateSummary[] = [];
  const rates: number[] = [];
  while (made.length < updates) {
    const summary = trainer.advance(budget);
    if (!summary) continue;
    made.push({ ...summary, milliseconds: 0 });
    rates.push(trainer.made!.settings.learningRate);
  }
  return { trainer, made, rates };
}

describe("an annealed step size", () => {
  const annealed: SettingsRequest = { ...small, epochs: 1, minibatches: 2, annealSteps: 160 };

  test("falls in a straight line, the same for every part of a batch, to 0 at its end", () => {
    const { rates } = trained({ ...annealed, learningRate: 0.25 }, 12);
    const perBatch = [1, 0.8, 0.6, 0.4, 0.2, 0].map((fraction) => 0.25 * fraction);
    for (const [index, rate] of rates.entries()) expect(rate).toBeCloseTo(perBatch[index >> 1]!, 12);
  });

  test("takes steps that are smaller by just that", () => {
    const { trainer } = trained({ ...annealed, optimiser: "sgd", clipNorm: null }, 3);
    const { gradient } = trainer.made!.gradient;
    const before = trainer.made!.theta.slice();
    const after = trainer.backend.theta();
    const rate = resolveSettings(annealed).settings.learningRate * 0.8;
    for (let i = 0; i < after.length; i++) {
      expect(after[i]).toBeCloseTo(before[i]! - rate * gradient[i]!, 14);
    }
  });

  test("shrinks a value network's own step size alike", () => {
    const own = { ...annealed, optimiser: "sgd" as const, clipNorm: null, valueLearningRate: 0.5 };
    const { trainer } = trained(own, 3);
    const last = trainer.backend.theta().length - 1;
    const step = trainer.backend.theta()[last]! - trainer.made!.theta[last]!;
    expect(step).toBeCloseTo(-0.5 * 0.8 * trainer.made!.gradient.gradient[last]!, 14);
  });

  test("goes on bit for bit from a stored state, also one taken in the midst of a batch", () => {
    const { trainer, made } = trained(annealed, 5);
    const restored = new Trainer(resolveSettings(annealed));
    restored.restore(decodeTrainerState(encodeTrainerState(trainer.state())));
    expect(restored.update).toBe(4);
    const again: UpdateSummary[] = [];
    while (again.length < 4) {
      const summary = restored.advance(7);
      if (summary) again.push({ ...summary, milliseconds: 0 });
    }
    const rest = trained(annealed, 8).made;
    expect(again).toEqual(rest.slice(4));
    expect(rest.slice(0, 5)).toEqual(made);
  });

  test("is another run than one whose step size stays", () => {
    expect(trained(annealed, 8).made).not.toEqual(trained({ ...annealed, annealSteps: null }, 8).made);
  });
});

test("Adam's epsilon enters the step as torch has it", () => {
  const request: SettingsRequest = {
    ...small,
    environment: "Pendulum-v1",
    adamEpsilon: 0.5,
    clipNorm: null,
    epochs: 1,
    minibatches: 1,
  };
  const { trainer } = trained(request, 1);
  const { learningRate } = resolveSettings(request).settings;
  const { gradient } = trainer.made!.gradient;
  const first = trainer.made!.theta;
  // The first step of Adam: m̂ = g and √v̂ = |g|.
  for (const [i, g] of gradient.entries()) {
    const expected = first[i]! - (learningRate * g) / (Math.abs(g) + 0.5);
    expect(trainer.backend.theta()[i]).toBeCloseTo(expected, 12);
  }
});

describe("the defaults of an environment", () => {
  test("may have texts of their own", () => {
    const pendulum = resolveSettings({ algorithm: "ppo", environment: "Pendulum-v1" }).settings;
    const cartPole = resolveSettings({ algorithm: "ppo" }).settings;
    expect(cartPole.loss).toContain("near");
    expect(pendulum.loss).not.toContain("near");
    expect([pendulum.gamma, pendulum.adamEpsilon, pendulum.annealSteps]).toEqual([0.9, 1e-5, null]);
    expect([cartPole.gamma, cartPole.clipNorm, cartPole.annealSteps]).toEqual([0.99, 0.5, 500_000]);
  });

  test("give way to what is asked for", () => {
    const asked = { algorithm: "ppo", annealSteps: null, adamEpsilon: 1e-3, loss: "-log_pi.sum()" };
    expect(resolveSettings(asked).settings).toMatchObject({
      annealSteps: null,
      adamEpsilon: 1e-3,
      loss: "-log_pi.sum()",
    });
  });

  test("drop nothing of a policy that has no hidden layer", () => {
    const { settings } = resolveSettings({ algorithm: "reinforce-dropout", hidden: [] });
    expect(settings.dropout).toBe(0);
  });

  test.each([
    [{ adamEpsilon: 0 }, /epsilon is a finite number above 0/],
    [{ annealSteps: 0 }, /over 1 step or more/],
    [{ dropout: 1 }, /at least 0 and below 1/],
    [{ dropout: 0.5, hidden: [] }, /needs a hidden layer/],
  ])("do not save %j", (request, message) => {
    expect(() => resolveSettings(request)).toThrow(message);
  });
});
