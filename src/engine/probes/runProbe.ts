import { readLossText } from "../lossOnBatch.ts";
import { policyOf } from "../runPolicy.ts";
import { resolveSettings, type SettingsRequest } from "../settings.ts";
import { Trainer } from "../trainer.ts";
import { UserError } from "../userError.ts";
import { preference, probability, stateValue } from "./linearPolicy.ts";
import type { ProbeTask } from "./probeTask.ts";

/** How updates are made up. */
interface Pace {
  readonly episodesPerUpdate: number;
  readonly learningUpdates: number;
  readonly stillUpdates: number;
  readonly learningRate: number;
}

/**
 * Some losses compare the episodes of a batch, others are written for one episode alone (G[0] is its return): the first
 * pace is for the former, the second for the latter.
 */
export const paces: readonly [Pace, Pace] = [
  { episodesPerUpdate: 16, learningUpdates: 150, stillUpdates: 300, learningRate: 0.05 },
  { episodesPerUpdate: 1, learningUpdates: 6000, stillUpdates: 3000, learningRate: 0.005 },
];

const seeds = [1, 2, 3];
/** So small that θ stays where it is, while its change still tells the gradient. */
const stillRate = 1e-9;

/** What came of a probe: π of the right action per expectation and seed, or drift per expectation, or why not. */
export type ProbeMeasurement =
  | {
      readonly kind: "learn";
      readonly probabilities: readonly (readonly number[])[];
      readonly moved: boolean;
    }
  /** Mean change of the preference for b, per expectation, in its own standard errors. */
  | { readonly kind: "still"; readonly drifts: readonly number[] }
  /** V per expectation and seed. */
  | { readonly kind: "value"; readonly estimates: readonly (readonly number[])[] }
  | { readonly kind: "failed"; readonly reason: string };

/** Trains a loss on a probe. Throws a UserError where the loss itself is wrong; numbers that are none are a measurement. */
export function runProbe(loss: string, task: ProbeTask, pace: Pace): ProbeMeasurement {
  try {
    return task.kind === "still" ? holdStill(loss, task, pace) : learn(loss, task, pace);
  } catch (error) {
    if (error instanceof UserError && error.code === "diverged")
      return { kind: "failed", reason: error.message };
    throw error;
  }
}

function learn(loss: string, task: ProbeTask, pace: Pace): ProbeMeasurement {
  const thetas = seeds.map((seed) => {
    const trainer = probeTrainer(loss, task, pace, {
      seed,
      optimiser: "adam",
      learningRate: pace.learningRate,
    });
    for (let update = 0; update < pace.learningUpdates; update++) makeUpdate(trainer);
    return requireNumbers(trainer.state().theta);
  });
  if (task.kind === "value") {
    const estimates = task.expectations.map(({ observation }) =>
      thetas.map((theta) => stateValue(theta, observation)),
    );
    return { kind: "value", estimates };
  }
  const probabilities = task.expectations.map(({ observation, action }) =>
    thetas.map((theta) => probability(preference(theta, observation), action)),
  );
  return { kind: "learn", probabilities, moved: thetas.some((theta) => theta.some((value) => value !== 0)) };
}

function holdStill(loss: string, task: ProbeTask, pace: Pace): ProbeMeasurement {
  const trainer = probeTrainer(loss, task, pace, { seed: 1, optimiser: "sgd", learningRate: stillRate });
  const changes = task.expectations.map(() => new Float64Array(pace.stillUpdates));
  let before = trainer.state().theta;
  for (let update = 0; update < pace.stillUpdates; update++) {
    makeUpdate(trainer);
    const theta = requireNumbers(trainer.state().theta);
    for (const [i, { observation }] of task.expectations.entries()) {
      changes[i]![update] = (preference(theta, observation) - preference(before, observation)) / stillRate;
    }
    before = theta;
  }
  return { kind: "still", drifts: changes.map(standardErrors) };
}

/** A trainer of a linear policy that starts without any preference. */
function probeTrainer(
  loss: string,
  task: ProbeTask,
  { episodesPerUpdate }: Pace,
  settings: { readonly seed: number; readonly optimiser: "adam" | "sgd"; readonly learningRate: number },
): Trainer {
  const { environment, gamma } = task;
  const linear = { hidden: [], bias: true, backend: "kernels", batch: episodesPerUpdate } as const;
  const request = { environment, gamma, loss, ...linear, ...settings };
  const trainer = new Trainer(resolveSettings({ ...request, value: valueHeadFor(request) }));
  const state = trainer.state();
  trainer.restore({ ...state, theta: state.theta.fill(0) });
  return trainer;
}

/** Whether a loss can be read only with a value estimate, as the probes give it. */
export function readsValue(loss: string, { environment, gamma }: ProbeTask): boolean {
  return valueHeadFor({ environment, gamma, loss, hidden: [] }) === "own";
}

/** A value network of its own where the loss can be read only with one. */
function valueHeadFor(request: SettingsRequest): "none" | "own" {
  const reads = (value: "none" | "own") =>
    readLossText(request.loss ?? "", policyOf(resolveSettings({ ...request, value }))).ok;
  return !reads("none") && reads("own") ? "own" : "none";
}

function makeUpdate(trainer: Trainer): void {
  while (trainer.advance(4096) === undefined);
}

function requireNumbers(theta: Float64Array): Float64Array {
  if (theta.every(Number.isFinite)) return theta;
  throw new UserError("diverged", "The update is no number.");
}

/** The mean of values that do not depend on each other, in its standard errors; 0 where it is rounding only. */
function standardErrors(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const size = values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
  if (Math.abs(mean) <= 1e-6 * Math.max(size, 1e-6)) return 0;
  return mean / Math.sqrt(variance / values.length);
}
