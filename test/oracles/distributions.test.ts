import { describe, expect, test } from "vitest";
import {
  addEntropyGradient,
  addLogProbabilityGradient,
  entropy,
  logProbability,
  softmax,
} from "../../src/rl/categorical.ts";
import { recompute } from "../parity/reference.ts";
import { askOracle, differences, flat, type Plain } from "./support.ts";

interface Case {
  readonly logits: readonly Plain[];
  readonly action: number;
  readonly probs: readonly Plain[];
  readonly log_prob: Plain;
  readonly entropy: Plain;
  readonly dlog_prob_dlogits: readonly Plain[];
  readonly dentropy_dlogits: readonly Plain[];
}

const file = askOracle<{ categorical: readonly Case[] }>("distributions", 300);
const { categorical } = file;

describe("the categorical distribution is torch's", () => {
  test.each(categorical.map((one, index) => [index, one] as const))("case %i", (_, one) => {
    const logits = Float64Array.from(flat(one.logits));
    const count = logits.length;
    const probabilities = new Float64Array(count);
    const logSum = softmax(logits, 0, count, probabilities);
    const dLogProbability = new Float64Array(count);
    addLogProbabilityGradient(probabilities, 0, count, one.action, 1, dLogProbability);
    const dEntropy = new Float64Array(count);
    addEntropyGradient(logits, probabilities, 0, count, 1, dEntropy);
    expect([
      ...differences("probs", probabilities, one.probs),
      ...differences("log_prob", [logProbability(logits, 0, count, logSum, one.action)], one.log_prob),
      ...differences("entropy", [entropy(logits, probabilities, 0, count, logSum)], one.entropy),
      ...differences("dlog_prob", dLogProbability, one.dlog_prob_dlogits),
      ...differences("dentropy", dEntropy, one.dentropy_dlogits),
    ]).toEqual([]);
  });
});

describe("the normal distribution, plain and squashed by tanh, is torch's", () => {
  const { summary, failures } = recompute({ ...file, categorical: [] });

  test("in every case that was drawn", () => {
    expect(failures).toEqual([]);
    expect(summary).toMatchObject({ compared: 600, failed: 0, skipped: 0 });
  });
});
