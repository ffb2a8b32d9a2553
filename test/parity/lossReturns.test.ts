import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readNumber } from "../../src/loss/dataSet.ts";
import { gradientOf, numbersOf } from "../util/lossProgram.ts";

interface ReturnsCase {
  readonly note: string;
  readonly gamma: number;
  readonly rewards: readonly number[];
  readonly values: readonly number[];
  readonly ends: readonly {
    readonly index: number;
    readonly terminated: boolean;
    readonly truncated: boolean;
    readonly bootstrap: number | null;
  }[];
  readonly G: readonly number[];
  readonly G_no_bootstrap: readonly number[];
  readonly delta: readonly number[];
  readonly gae: Readonly<Record<string, readonly number[]>>;
  readonly n_step: Readonly<Record<string, readonly number[]>>;
}

interface CategoricalCase {
  readonly logits: readonly unknown[];
  readonly action: number;
  readonly log_prob: unknown;
  readonly entropy: number;
  readonly dlog_prob_dlogits: readonly number[];
  readonly dentropy_dlogits: readonly number[];
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../reference/${name}.json`, import.meta.url), "utf8"));
}

function expectClose(ours: readonly number[], theirs: readonly unknown[]): void {
  expect(ours).toHaveLength(theirs.length);
  theirs
    .map((value) => readNumber(value)!)
    .forEach((value, index) => {
      if (ours[index] === value) return;
      expect(Math.abs(ours[index]! - value)).toBeLessThanOrEqual(1e-12 + 1e-11 * Math.abs(value));
    });
}

const { cases } = read("returns") as { readonly cases: readonly ReturnsCase[] };

describe("recursions over steps equal NumPy's", () => {
  cases.forEach((reference, number) => {
    const column = <Element>(element: (t: number) => Element) => reference.rewards.map((_, t) => element(t));
    const endAt = (t: number) => reference.ends.find(({ index }) => index === t);
    const data = {
      r: reference.rewards,
      V: reference.values,
      gamma: reference.gamma,
      b: column((t) => endAt(t)?.bootstrap ?? 0),
      terminated: column((t) => endAt(t)?.terminated ?? false),
      truncated: column((t) => endAt(t)?.truncated ?? false),
    };
    const ended = { ...data, terminated: column((t) => endAt(t) !== undefined) };

    test(`case ${number}: ${reference.note}`, () => {
      expectClose(numbersOf("discounted_returns(r, gamma, bootstrap=b)", data), reference.G);
      expectClose(numbersOf("discounted_returns(r, gamma)", ended), reference.G_no_bootstrap);
      expectClose(numbersOf("td_error(r, V, gamma, b)", data), reference.delta);
      for (const [lambda, expected] of Object.entries(reference.gae)) {
        expectClose(numbersOf(`gae(r, V, gamma, ${lambda}, bootstrap=b)`, data), expected);
      }
      for (const [n, expected] of Object.entries(reference.n_step)) {
        expectClose(numbersOf(`n_step(r, V, gamma, ${n}, bootstrap=b)`, data), expected);
      }
    });
  });
});

const { categorical } = read("distributions") as { readonly categorical: readonly CategoricalCase[] };

describe("categorical policies equal torch.distributions", () => {
  categorical.forEach((reference, number) => {
    const data = { logits: [reference.logits.map((value) => readNumber(value)!)], a: [reference.action] };

    test(`case ${number}: ${reference.logits.length} actions`, () => {
      for (const text of [
        "-cross_entropy(logits, a)",
        "-F.cross_entropy(logits, a)",
        "-F.nll_loss(F.log_softmax(logits, dim=1), a)",
        "log_softmax(logits, 1).gather(1, a.unsqueeze(1)).squeeze()",
      ]) {
        expectClose(numbersOf(text, data), [reference.log_prob]);
        expectClose(gradientOf(text, data, "logits"), reference.dlog_prob_dlogits);
      }
      expectClose(numbersOf("categorical_entropy(logits)", data), [reference.entropy]);
      expectClose(gradientOf("categorical_entropy(logits)", data, "logits"), reference.dentropy_dlogits);
    });
  });
});
