import { describe, expect, test } from "vitest";
import { diagnoseLoss } from "../../../src/loss/diagnose.ts";
import type { Diagnostic } from "../../../src/loss/diagnostic.ts";
import { headNames, OFFERED_NAMES, offeredSymbols } from "../../../src/loss/names.ts";
import { editDistance, nearest } from "../../../src/loss/nearest.ts";
import { applyFix } from "../../../src/loss/scalars.ts";

function diagnose(text: string): readonly Diagnostic[] {
  return diagnoseLoss(text, offeredSymbols(), { differentiable: headNames() }).diagnostics;
}

function find(text: string, code: string): Diagnostic {
  const found = diagnose(text).find((diagnostic) => diagnostic.code === code);
  if (!found) throw new Error(`${text}: ${JSON.stringify(diagnose(text))}`);
  return found;
}

function fixed(text: string, code: string, number = 0): string {
  return applyFix(text, find(text, code).fixes![number]!);
}

describe("a loss that is in order", () => {
  test.each([
    "G = discounted_returns(r, gamma)\nloss = -(gamma**t * G.detach() * log_pi).sum()",
    "G = discounted_returns(r, gamma)\nw = (G - G.mean()) / (G.std() + 1e-8)\nloss = -(w * log_pi).sum()",
    "A = gae(r, V, gamma, 0.95).detach()\nloss = -(A * log_pi).mean() - 1e-2 * entropy.mean()",
    "ratio = (log_pi - log_pi_old).exp()\nloss = -min(ratio * adv, ratio.clamp(0.8, 1.2) * adv).mean()",
    "delta = td_error(r, V, gamma)\nloss = -(delta.detach() * log_pi).sum() + 0.5 * (delta ** 2).sum()",
    "loss = -(adv * log π(a|s)).sum()",
  ])("%j has nothing to be said about it", (text) => {
    expect(diagnose(text)).toEqual([]);
  });
});

describe("names that are not there", () => {
  test.each([
    ["-(log_p1 * adv).sum()", "-(log_pi * adv).sum()"],
    ["-(log_pi * avd).sum()", "-(log_pi * adv).sum()"],
    ["-(log_pi * entrpy).sum()", "-(log_pi * entropy).sum()"],
  ])("%j is mended to %j", (text, expected) => {
    expect(find(text, "unknown-name").hint).toMatch(/^did you mean/);
    expect(fixed(text, "unknown-name")).toBe(expected);
  });

  test.each([
    ["-(G * log_pi).sum()", "G = discounted_returns(r, gamma)"],
    ["-(ratio * adv).sum()", "ratio = exp(log_pi - log_pi_old)"],
    ["-(delta.detach() * log_pi).sum()", "delta = td_error(r, V, gamma)"],
  ])("%j is offered the line %j", (text, line) => {
    expect(fixed(text, "unknown-name")).toBe(`${line}\n${text}`);
    expect(diagnose(fixed(text, "unknown-name"))).toEqual([]);
  });

  test("a name far from all lists what there is", () => {
    expect(find("log_pi.sum() * quux", "unknown-name").hint).toContain("log_pi");
  });

  test("a name used before its line and an operator that is not called say so", () => {
    expect(find("loss = w * log_pi\nw = r", "unknown-name").message).toContain("before the line");
    expect(find("log_pi * sum", "unknown-name").hint).toContain("sum(x)");
  });

  test("an operator that is not there is guessed, a value that is called is named", () => {
    expect(fixed("log_pi.summ()", "unknown-operator")).toBe("log_pi.sum()");
    expect(find("gamma(log_pi)", "not-callable").message).toContain("gamma");
  });
});

describe("other spellings", () => {
  test.each([
    ["-(advantages * log_probs).sum()", ["adv", "log_pi"]],
    ["-(A * logp).sum()", ["adv", "log_pi"]],
    ["-(A * logπ).sum()", ["adv", "log_pi"]],
    ["(rewards * values * log_pi).detach().sum() + log_pi.sum()", ["r", "V"]],
    ["(dones.double() * actions * log_pi).sum()", ["done", "a"]],
  ])("%j are read, with a hint", (text, targets) => {
    const hints = diagnose(text).filter(({ code }) => code === "alias");
    expect(hints.map(({ message }) => message.split(" ").at(-1))).toEqual(targets);
    for (const hint of hints) expect(hint.severity).toBe("hint");
    expect(diagnose(text).some(({ severity }) => severity === "error")).toBe(false);
  });

  test("returns are those of the line that defines G", () => {
    expect(find("G = discounted_returns(r, gamma)\n-(returns * log_pi).sum()", "alias").message).toBe(
      "returns is read as G",
    );
  });
});

describe("lints", () => {
  test.each([
    ["(log(softmax(logits, 1))[:, 0] * adv).sum()", "(log_softmax(logits, 1)[:, 0] * adv).sum()"],
    ["(torch.log(F.softmax(logits, dim=1))).sum()", "(F.log_softmax(logits, dim=1)).sum()"],
    ["logits.softmax(1).log().sum()", "logits.log_softmax(1).sum()"],
    ["torch.sigmoid(logits).log().sum()", "torch.logsigmoid(logits).sum()"],
  ])("%j is better written %j", (text, expected) => {
    expect(fixed(text, "unstable-log")).toBe(expected);
  });

  test.each([
    ["-(log_pi * (r - V)).sum()", "-(log_pi * (r - V).detach()).sum()"],
    ["-((r - V) * log_pi).sum()", "-((r - V).detach() * log_pi).sum()"],
    ["-(log_pi * gae(r, V, gamma, 0.9)).sum()", "-(log_pi * gae(r, V, gamma, 0.9).detach()).sum()"],
    ["A = r - V\n-(log_pi * A).sum()", "A = (r - V).detach()\n-(log_pi * A).sum()"],
  ])("%j lacks a detach: %j", (text, expected) => {
    expect(fixed(text, "missing-detach")).toBe(expected);
    expect(diagnose(expected).map(({ code }) => code)).not.toContain("missing-detach");
  });

  test("np.std says what it divides by, unless it is told", () => {
    expect(find("(log_pi / np.std(r)).sum()", "population-deviation").message).toContain("divides by n");
    expect(diagnose("(log_pi / np.std(r, ddof=1)).sum()")).toEqual([]);
  });

  test("a loss of many elements is offered its sum or mean", () => {
    expect(fixed("-log_pi * adv", "not-scalar")).toBe("(-log_pi * adv).sum()");
    expect(fixed("log_pi", "not-scalar", 1)).toBe("log_pi.mean()");
  });

  test("a line that does not enter and a loss without gradient are named", () => {
    expect(find("w = r * 2\nlog_pi.sum()", "unused").message).toBe("w does not enter the loss");
    expect(find("(r * adv).sum()", "no-gradient").severity).toBe("warning");
    expect(find("log_pi.detach().sum()", "no-gradient").severity).toBe("warning");
  });

  test("diagnostics come in the order of the text", () => {
    const starts = diagnose("w = advantages\nlog(softmax(logits, 1)) * A").map(({ start }) => start);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });
});

describe("the offered names", () => {
  test.each(OFFERED_NAMES.map((offered) => [offered.name, offered] as const))(
    "%s has a doc line",
    (_, offered) => {
      expect(offered.doc).toMatch(/^\S.{2,}\.$|…$/);
      expect(offered.shape.length).toBeLessThanOrEqual(2);
    },
  );

  test("the nearest name is found by edits, swaps and case", () => {
    expect(editDistance("abcd", "abdc", 4)).toBe(1);
    expect(editDistance("abcd", "xyz", 1)).toBe(Number.POSITIVE_INFINITY);
    expect(nearest("Gama", ["gamma", "alpha"])).toBe("gamma");
    expect(nearest("zzz", ["gamma"])).toBeUndefined();
  });
});
