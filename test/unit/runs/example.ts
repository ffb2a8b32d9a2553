import type { RunMetadata } from "../../../src/runs/metadata.ts";
import type { UpdateSummary } from "../../../src/runs/summary.ts";

export const exampleMetadata: RunMetadata = {
  title: "a run",
  created: "2026-01-02T03:04:05.000Z",
  program: { name: "policy-gradient-inspector", version: "0.1.0" },
  environment: "CartPole-v1",
  algorithm: "reinforce",
  seed: 1,
  hidden: [128],
  activation: "relu",
  bias: true,
  optimiser: "adam",
  learningRate: 0.003,
  gamma: 0.99,
  clipNorm: null,
  backend: { name: "kernels", reason: "the net is small" },
  loss: "loss = -(gamma**t * G * log_pi).sum()",
};

/** The summary that update `update` has in every test: each figure is a function of its number alone. */
export function exampleSummary(update: number): UpdateSummary {
  return {
    update,
    episode: update,
    steps: update * 20,
    length: 20 + (update % 7),
    return: Math.sin(update) * 100,
    averageReturn100: update % 11 === 0 ? Number.NaN : Math.cos(update),
    loss: update % 13 === 0 ? Number.POSITIVE_INFINITY : 1 / update,
    gradNorm: Math.sqrt(update),
    entropy: Math.LN2 / update,
    milliseconds: update * 1.5,
  };
}

/** A state or payload that update `update` has in every test. */
export function exampleBytes(update: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = update * 31 + index * 7;
  return bytes;
}
