import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { algorithms } from "../../../src/algorithms/registry.ts";
import { readDataSet } from "../../../src/loss/dataSet.ts";
import { deriveLoss } from "../../../src/loss/derive.ts";
import { compileLoss } from "../../../src/loss/evaluate.ts";
import { explainLoss } from "../../../src/loss/explain.ts";
import { headNames, type LossSymbols, offeredSymbols } from "../../../src/loss/names.ts";
import { parseLoss } from "../../../src/loss/parse.ts";
import type { Tensor } from "../../../src/loss/tensor.ts";
import { isClose } from "../../oracles/support.ts";

function explained(text: string) {
  const explanation = explainLoss(text);
  if (!explanation.ok) throw new Error(explanation.diagnostics[0]?.message);
  return explanation;
}

describe("a loss is explained as the rule it descends", () => {
  test.each([
    [
      "-(gamma**t * discounted_returns(r, gamma) * log_pi).sum()",
      "theta += alpha * gamma^t * discounted_returns(r, gamma) * grad(log_pi)",
    ],
    [
      "G = discounted_returns(r, gamma)\nloss = (G * cross_entropy(logits, a)).mean()",
      "theta += alpha * G / T * grad(log_pi)",
    ],
    [
      "lp = log_softmax(logits, 1).gather(1, a.unsqueeze(1)).squeeze(1)\n-(adv * lp).sum()",
      "theta += alpha * adv * grad(log_pi)",
    ],
    ["-(adv * log(pi.gather(1, a.unsqueeze(1)).squeeze(1))).sum()", "theta += alpha * adv * grad(log_pi)"],
    ["-(adv * log(pi.gather(1, a[:, None])[:, 0])).sum()", "theta += alpha * adv * grad(log_pi)"],
    ["F.nll_loss(log_softmax(logits, 1), a)", "theta += alpha * 1 / T * grad(log_pi)"],
    [
      "-(adv * log_pi).sum() + 0.01 * (softmax(logits, 1) * log_softmax(logits, 1)).sum(1).sum()",
      "theta += alpha * adv * grad(log_pi) + alpha * 0.01 * grad(entropy)",
    ],
    ["(adv * log_pi).sum()", "theta -= alpha * adv * grad(log_pi)"],
    ["-(adv * exp(log_pi)).sum()", "theta += alpha * adv * exp(log_pi) * grad(log_pi)"],
    ["0.5 * mse_loss(V, G_recorded)", "w += alpha * (G_recorded - V) / T * grad(V)"],
    ["logits.sum()", "theta -= alpha * grad(logits)"],
    ["r.sum()", ""],
    ["-(adv * log_pi.detach()).sum()", ""],
  ])("%s", (text, rule) => {
    expect(explained(text).rule).toBe(rule);
  });

  test.each(algorithms.filter(({ rule }) => rule.startsWith("theta +=")).map(({ id, loss }) => [id, loss]))(
    "%s ascends",
    (_, loss) => {
      expect(explained(loss).updates.at(0)).toMatch(/^theta \+= alpha \* .+ \* grad\(log_pi\)/);
    },
  );

  test("a weight of 0 is said with its reason, not drawn", () => {
    const { rule, silent } = explained("beta = 0\nloss = -(adv * log_pi).sum() - beta * entropy.sum()");
    expect(rule).toBe("theta += alpha * adv * grad(log_pi)");
    expect(silent).toEqual([{ head: "entropy", because: "beta" }]);
  });

  test("a leak through the value estimate has no formula and is said to need a batch", () => {
    const { terms, complete } = explained("delta = td_error(r, V, gamma)\nloss = -(delta * log_pi).sum()");
    expect(complete).toBe(false);
    expect(terms).toMatchObject([
      { head: "log_pi", weight: "delta" },
      { head: "V", weight: undefined },
    ]);
  });

  test("wrong text is a value with diagnostics", () => {
    expect(explainLoss("-(G * lgo_pi).sum()")).toMatchObject({ ok: false });
  });
});

const STEPS = 6;

/** Columns for every name of the language: numbers without ties, flags that end episodes. */
function batch(): { readonly inputs: ReadonlyMap<string, Tensor>; readonly symbols: LossSymbols } {
  const column = (seed: number) =>
    Array.from({ length: STEPS }, (_, t) => Math.sin(7 * seed + 3.1 * t) + 0.05 * seed);
  const positive = (seed: number) => column(seed).map((value) => 0.2 + Math.abs(value));
  const table = (seed: number) =>
    Array.from({ length: STEPS }, (_, t) => [0, 1, 2].map((k) => Math.cos(seed + t + 2.3 * k)));
  const logits = table(1);
  const pi = logits.map((row) => {
    const powers = row.map(Math.exp);
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  });
  const a = [0, 2, 1, 1, 0, 2];
  const read = readDataSet({
    scalars: { gamma: 0.9, alpha: 0.1, T: STEPS, N: 2 },
    data: {
      t: [0, 1, 2, 0, 1, 2],
      r: column(1),
      G_recorded: column(2),
      V_recorded: column(3),
      log_pi_old: column(4).map((value) => -0.3 - Math.abs(value)),
      adv: column(5),
      a,
      terminated: [false, false, true, false, false, false],
      truncated: [false, false, false, false, false, true],
      done: [false, false, true, false, false, true],
      log_pi: pi.map((row, t) => Math.log(row[a[t]!]!)),
      entropy: pi.map((row) => -row.reduce((sum, p) => sum + p * Math.log(p), 0)),
      logits,
      pi,
      mu: table(2),
      sigma: table(3).map((row) => row.map((value) => 0.4 + Math.abs(value))),
      V: column(6),
      V_next: positive(7),
      z_theta: column(8),
      z_w: column(9),
    },
  });
  if (!read.ok) throw new Error(read.message);
  return { inputs: read.dataSet.inputs, symbols: offeredSymbols() };
}

const { inputs, symbols } = batch();

/** ∂L/∂(log_pi, entropy, V, …) as vectors over the logits: what reaches the policy, whichever head was named. */
function gradients(text: string): Map<string, Float64Array> {
  const { compiled } = compileLoss(parseLoss(text).program!, symbols, { differentiable: headNames() });
  const evaluation = compiled!.evaluate(inputs);
  if (!evaluation.ok) throw new Error(`${text}: ${evaluation.diagnostics[0]!.message}`);
  const found = new Map<string, Float64Array>();
  for (const name of headNames()) {
    const adjoint = evaluation.adjoint(name);
    if (adjoint?.some((value) => value !== 0)) found.set(name, adjoint);
  }
  return onLogits(found);
}

/** Chains log_pi, entropy and π to the logits, so that a loss on logits and its rule on log_pi can be compared. */
function onLogits(found: Map<string, Float64Array>): Map<string, Float64Array> {
  const logits = new Float64Array(STEPS * 3);
  const data = (name: string) => inputs.get(name)!.data;
  const add = (t: number, k: number, amount: number) => {
    logits[t * 3 + k]! += amount;
  };
  for (let t = 0; t < STEPS; t++) {
    const pi = [0, 1, 2].map((k) => data("pi")[t * 3 + k]!);
    const pull = (adjoint: readonly number[]) => {
      const mean = adjoint.reduce((sum, value, k) => sum + value * pi[k]!, 0);
      for (let k = 0; k < 3; k++) add(t, k, pi[k]! * (adjoint[k]! - mean));
    };
    for (let k = 0; k < 3; k++) {
      add(t, k, found.get("logits")?.[t * 3 + k] ?? 0);
      add(t, k, (found.get("log_pi")?.[t] ?? 0) * ((data("a")[t] === k ? 1 : 0) - pi[k]!));
      add(t, k, -(found.get("entropy")?.[t] ?? 0) * pi[k]! * (Math.log(pi[k]!) + data("entropy")[t]!));
    }
    pull([0, 1, 2].map((k) => found.get("pi")?.[t * 3 + k] ?? 0));
  }
  const rest = [...found].filter(([name]) => !["logits", "log_pi", "entropy", "pi"].includes(name));
  return new Map([["logits", logits], ...rest]);
}

function expectSameGradient(a: string, b: string): void {
  const [first, second] = [gradients(a), gradients(b)];
  for (const name of new Set([...first.keys(), ...second.keys()])) {
    const zeros = new Float64Array((first.get(name) ?? second.get(name))!.length);
    const [x, y] = [first.get(name) ?? zeros, second.get(name) ?? zeros];
    const different = [...x].filter((value, index) => !isClose(value, y[index]!));
    expect(different, `${name}\n${a}\n${b}`).toEqual([]);
  }
}

const leaf = fc.constantFrom(
  "log_pi",
  "entropy",
  "V",
  "adv",
  "r",
  "V_next",
  "log_pi_old",
  "gamma**t",
  "exp(log_pi)",
  "pi[:, 0]",
  "log_softmax(logits, 1)[:, 1]",
  "cross_entropy(logits, a)",
  "mu[:, 0]",
  "sigma.sum(1)",
);
const { vector } = fc.letrec<{ vector: string }>((tie) => ({
  vector: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    leaf,
    fc
      .tuple(tie("vector"), fc.constantFrom("+", "-", "*"), tie("vector"))
      .map(([a, sign, b]) => `(${a} ${sign} ${b})`),
    tie("vector").map((a) => `tanh(${a})`),
    tie("vector").map((a) => `sigmoid(${a})`),
    tie("vector").map((a) => `(${a}) ** 2`),
    tie("vector").map((a) => `(${a}).detach()`),
    tie("vector").map((a) => `(${a} - (${a}).mean())`),
    tie("vector").map((a) => `clamp(${a}, -0.731, 0.737)`),
    tie("vector").map((a) => `(${a}).cumsum(0)`),
    tie("vector").map((a) => `normalize(${a}, 0.1)`),
    fc.tuple(tie("vector"), tie("vector")).map(([a, b]) => `min(${a}, ${b} + 0.0131)`),
    fc.tuple(tie("vector"), tie("vector")).map(([a, b]) => `where(${a} > 0.0173, ${a}, ${b})`),
  ),
}));
const loss = fc
  .tuple(vector, vector, fc.constantFrom("sum", "mean"), fc.constantFrom("", "0.5 * "))
  .map(([a, b, reduction, factor]) => `-(${a}).${reduction}() - ${factor}(${b}).sum()`);

describe("the loss of a loss's rule has its gradient", () => {
  test("for random losses over every head", () => {
    let compared = 0;
    fc.assert(
      fc.property(loss, (text) => {
        const explanation = explainLoss(text, symbols, Number.POSITIVE_INFINITY);
        if (!explanation.ok) throw new Error(explanation.diagnostics[0]!.message);
        if (!explanation.complete || explanation.updates.length === 0) return;
        const derivation = deriveLoss(explanation.rule);
        if (!derivation.ok) {
          // Rules have the size limit of every text.
          expect(derivation.diagnostics[0]!.code).toMatch(/^(length|depth|nodes)$/);
          return;
        }
        compared++;
        expectSameGradient(text, derivation.loss);
      }),
      { numRuns: 300, seed: 4 },
    );
    expect(compared).toBeGreaterThan(200);
  });

  test.each(algorithms.map(({ id, loss: text }) => [id, text]))("for %s", (_, text) => {
    const explanation = explainLoss(text, symbols, Number.POSITIVE_INFINITY);
    if (!explanation.ok || !explanation.complete) return;
    const derivation = deriveLoss(explanation.rule);
    if (!derivation.ok) throw new Error(derivation.diagnostics[0]!.message);
    expectSameGradient(text, derivation.loss);
  });
});
