import { describe, expect, test } from "vitest";
import { deriveLoss } from "../../../../src/loss/derive.ts";
import { explainLoss } from "../../../../src/loss/explain.ts";
import { PRINT_TARGETS, printLoss } from "../../../../src/loss/print/print.ts";

/** A value used twice in every line: written out, it would be longer than any memory. */
const chains: Readonly<Record<string, string>> = {
  product: `x = log_pi\n${"x = x*x\n".repeat(400)}x.sum()`,
  quotient: `x = V\n${"x = x/x\n".repeat(400)}x.sum()`,
  tanh: `x = log_pi\n${"x = tanh(x)*x\n".repeat(250)}x.sum()`,
  running: `x = V\n${"x = x.cumsum(0)+x\n".repeat(200)}x.mean()`,
};

describe.each(Object.entries(chains))("a chain of %ss", (_, text) => {
  test("is explained without being written out", () => {
    const explanation = explainLoss(text);
    expect(explanation.ok && explanation.complete).toBe(false);
    expect(explanation.ok && explanation.rule.length).toBeLessThan(200);
  });

  test.each(PRINT_TARGETS)("is printed for %s in as many lines as it has", (target) => {
    const printed = printLoss(text, target);
    expect(printed.ok && printed.text.length).toBeLessThan(60_000);
  });
});

test("a rule's definitions stay lines of their own", () => {
  const lines = Array.from({ length: 100 }, (_, i) => `c${i + 1} = c${i} * c${i}`);
  const derivation = deriveLoss(`c0 = adv + 1\n${lines.join("\n")}\ntheta += alpha * c100 * grad(log_pi)`);
  expect(derivation.ok && derivation.loss.split("\n")).toHaveLength(103);
});
