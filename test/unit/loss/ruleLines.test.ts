import { describe, expect, test } from "vitest";
import { diagnoseLoss } from "../../../src/loss/diagnose.ts";
import { readLoss } from "../../../src/loss/editing/reading.ts";
import { offeredSymbols } from "../../../src/loss/names.ts";
import { splitRules } from "../../../src/loss/ruleLines.ts";
import { applyFix } from "../../../src/loss/scalars.ts";

const ruled = (text: string) => readLoss(text).diagnostics.filter(({ code }) => code === "update-rule");

describe("an update rule in a loss's place", () => {
  test.each([
    ["θ ← θ + α γᵗ G ∇ln π(A|S,θ)"],
    ["theta += alpha * gamma**t * G * grad(log_pi)"],
    ["θ += α*(G - V)*∇ln π(A|S,θ)  # the book's"],
  ])("%j is recognised, and its loss has nothing wrong", (rule) => {
    const [found] = ruled(rule);
    expect(found).toMatchObject({ severity: "error", start: 0, fixes: [{ title: "Turn into loss" }] });
    const mended = applyFix(rule, found!.fixes![0]!);
    expect(mended).toMatch(/^# .*\n/u);
    expect(readLoss(mended).diagnostics.filter(({ severity }) => severity !== "hint")).toEqual([]);
  });

  test("keeps the definitions above it, and several rules give one loss", () => {
    const text =
      "G = discounted_returns(r, gamma)\ntheta += alpha * G * grad(log_pi)\nw += alpha_w * (G - V) * grad(V)\n";
    const mended = applyFix(text, ruled(text)[0]!.fixes![0]!);
    expect(mended.match(/discounted_returns/gu)).toHaveLength(1);
    expect(mended).toContain("# w += alpha_w * (G - V) * grad(V)\n");
    expect(readLoss(mended).diagnostics).toEqual([]);
    expect(readLoss(mended).graph?.leaves.length).toBeGreaterThan(3);
  });

  test("that cannot be a loss says why, at its place", () => {
    const text = "# a rule\ntheta += alpha * foo * grad(log_pi)";
    const said = readLoss(text).diagnostics;
    expect(said.map(({ code }) => code)).toContain("update-rule");
    const other = said.find(({ code }) => code !== "update-rule")!;
    expect(text.slice(other.start, other.end)).toBe("foo");
  });

  test("is never trained on", () => {
    const { compiled, diagnostics } = diagnoseLoss(
      "loss = log_pi.sum()\ntheta += G * grad(log_pi)",
      offeredSymbols(),
    );
    expect(compiled).toBeUndefined();
    expect(diagnostics.some(({ severity }) => severity === "error")).toBe(true);
  });

  test.each(["loss = (log_pi * r).sum()  # ∇ of it", "x = r\nloss = x >= 2", "x += 1"])(
    "%j is none",
    (text) => {
      expect(splitRules(text).rules).toEqual([]);
      expect(ruled(text)).toEqual([]);
    },
  );
});
