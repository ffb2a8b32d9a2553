import { describe, expect, test } from "vitest";
import { algorithms } from "../../../../src/algorithms/registry.ts";
import { diagnoseLoss } from "../../../../src/loss/diagnose.ts";
import type { Diagnostic } from "../../../../src/loss/diagnostic.ts";
import { readLoss } from "../../../../src/loss/editing/reading.ts";
import { LINTS } from "../../../../src/loss/lint/lints.ts";
import { offeredSymbols } from "../../../../src/loss/names.ts";
import { applyFix } from "../../../../src/loss/scalars.ts";

const codes = (text: string) => readLoss(text).diagnostics.map(({ code }) => code);

function find(text: string, code: string): Diagnostic {
  const found = readLoss(text).diagnostics.find((diagnostic) => diagnostic.code === code);
  if (!found) throw new Error(`${text}: ${codes(text)}`);
  return found;
}

const fixed = (text: string, code: string) => applyFix(text, find(text, code).fixes![0]!);

describe.each(LINTS.map((row) => [row.id, row] as const))("the lint %s", (id, row) => {
  test("is told in one sentence", () => {
    expect(row.doc).toMatch(/^[A-Z].*\.$/u);
    expect(id).toMatch(/^[a-z-]+$/u);
  });

  test("is found in its example, with its severity, at a place of the text", () => {
    const { severity, start, end } = find(row.example, id);
    expect(severity).toBe(row.severity);
    expect(row.example.slice(start, end)).not.toBe("");
  });

  test("is gone after its fix, and the fix brings nothing worse", () => {
    for (const fix of find(row.example, id).fixes ?? []) {
      const mended = applyFix(row.example, fix);
      expect(codes(mended), mended).not.toContain(id);
      const worse = readLoss(mended).diagnostics.filter(({ severity }) => severity === "error");
      expect(worse, mended).toEqual([]);
    }
  });

  test.each(row.severity === "hint" ? [] : algorithms)("is not found in $id", ({ loss }) => {
    expect(codes(loss)).not.toContain(id);
  });
});

test("no two lints have one name", () => {
  expect(new Set(LINTS.map(({ id }) => id)).size).toBe(LINTS.length);
});

test("the editor and the engine say the same of a text", () => {
  for (const { example } of LINTS)
    expect(readLoss(example).diagnostics).toEqual(diagnoseLoss(example, offeredSymbols()).diagnostics);
});

describe("fixes", () => {
  test.each([
    [
      "missing-detach",
      "loss = -(gamma**t * (r - V) * log_pi).sum()",
      "loss = -((gamma**t * (r - V)).detach() * log_pi).sum()",
    ],
    ["missing-detach", "loss = -dot(r - V, log_pi)", "loss = -dot((r - V).detach(), log_pi)"],
    ["missing-detach", "loss = -(V * log_pi).sum()", "loss = -(V.detach() * log_pi).sum()"],
    [
      "undetached-ratio",
      "w = exp(log_pi - log_pi_old)\nloss = -(w * log_pi).sum()",
      "w = exp(log_pi - log_pi_old).detach()\nloss = -(w * log_pi).sum()",
    ],
    [
      "missing-minus",
      "loss = (adv * log_pi).sum() + 0.5 * (r - V).pow(2).sum()",
      "loss = (-adv * log_pi).sum() + 0.5 * (r - V).pow(2).sum()",
    ],
    ["probability-for-log", "loss = -(adv * exp(log_pi)).sum()", "loss = -(adv * log_pi).sum()"],
    [
      "probability-for-log",
      "loss = -(adv * softmax(logits, 1).gather(1, a.unsqueeze(1)).squeeze(1)).sum()",
      "loss = -(adv * log_pi).sum()",
    ],
    [
      "mean-of-sum",
      "loss = -torch.mean(discounted_returns(r, gamma) * log_pi)",
      "loss = -torch.sum(discounted_returns(r, gamma) * log_pi)",
    ],
    ["module-prefix", "loss = -torch.nn.functional.relu(log_pi).sum()", "loss = -relu(log_pi).sum()"],
    [
      "unstable-log",
      "loss = -(adv * log(pi)[:, 0]).sum()",
      "loss = -(adv * log_softmax(logits, dim=1)[:, 0]).sum()",
    ],
    [
      "population-deviation",
      "loss = -(adv / np.std(adv) * log_pi).sum()",
      "loss = -(adv / np.std(adv, ddof=1) * log_pi).sum()",
    ],
  ])("of %s turn %j into %j", (code, text, expected) => {
    expect(fixed(text, code)).toBe(expected);
    expect(codes(expected)).not.toContain(code);
  });
});

describe("nothing is said where", () => {
  test.each([
    [
      "missing-detach",
      "a value loss stands beside the policy's",
      "loss = -((r - V).detach() * log_pi).sum() + (r - V).pow(2).sum()",
    ],
    [
      "undetached-ratio",
      "the ratio itself is the score",
      "ratio = exp(log_pi - log_pi_old)\nloss = -(ratio * adv).sum()",
    ],
    ["missing-minus", "the minus is in a line of its own", "nll = -log_pi\nloss = (nll * adv).sum()"],
    ["missing-minus", "the weight may have any sign", "loss = (V.detach() * log_pi).sum()"],
    ["missing-minus", "the baseline comes first", "loss = ((V.detach() - r) * log_pi).sum()"],
    [
      "probability-for-log",
      "the probability is held against the old one",
      "loss = -(adv * exp(log_pi) / exp(log_pi_old)).sum()",
    ],
    ["probability-for-log", "it is part of an entropy", "loss = (pi * log_softmax(logits, 1)).sum()"],
    ["mean-of-sum", "advantages are averaged", "loss = -(adv * log_pi).mean()"],
    [
      "mean-of-sum",
      "the returns are centred by their own mean",
      "G = discounted_returns(r, gamma)\nloss = -((G - G.mean()) * log_pi).sum()",
    ],
    ["module-prefix", "the library means another deviation", "loss = -(adv / np.std(adv) * log_pi).sum()"],
  ])("%s: %s", (code, _, text) => {
    expect(codes(text)).not.toContain(code);
  });
});
