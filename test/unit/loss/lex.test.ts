import { describe, expect, test } from "vitest";
import { lex } from "../../../src/loss/lex.ts";

function spellings(text: string, mode: "loss" | "rule" = "loss"): string[] {
  return lex(text, mode)
    .tokens.filter(({ kind }) => kind !== "newline" && kind !== "end")
    .map((token) => token.text);
}

describe("lex", () => {
  test.each([
    ["1 .5 5. 1e-4 1_000 2.5E+3", ["1", ".5", "5.", "1e-4", "1000", "2.5E+3"]],
    ["5.e3", ["5.e3"]],
    ["1.exp()", ["1", ".", "exp", "(", ")"]],
    ["a<=b!=c**d//e", ["a", "<=", "b", "!=", "c", "**", "d", "//", "e"]],
    ["γ^t · G − β", ["gamma", "**", "t", "*", "G", "-", "beta"]],
    ["γᵗ x²", ["gamma", "**", "t", "x", "**", "2"]],
    ["a ≤ b ≥ c ≠ d", ["a", "<=", "b", ">=", "c", "!=", "d"]],
    ["V_θ log_π µ μ", ["V_theta", "log_pi", "mu", "mu"]],
    ["a # b\nc", ["a", "c"]],
    ["a \\\n + b", ["a", "+", "b"]],
    ["reduction='sum'", ["reduction", "=", "sum"]],
  ])("cuts %j into its tokens", (text, expected) => {
    expect(spellings(text)).toEqual(expected);
    expect(lex(text).diagnostics).toEqual([]);
  });

  test("keeps positions in the text as it was given", () => {
    const { tokens } = lex("γ ** t");
    expect(tokens.slice(0, 3).map(({ start, end }) => [start, end])).toEqual([
      [0, 1],
      [2, 4],
      [5, 6],
    ]);
  });

  test("drops newlines inside brackets and keeps them outside", () => {
    const kinds = lex("a = (1 +\n 2)\nb").tokens.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "newline")).toHaveLength(2);
  });

  test("takes a semicolon for the end of a line", () => {
    expect(lex("a; b").tokens.filter(({ kind }) => kind === "newline")).toHaveLength(2);
  });

  test.each(["∇", "←", "Δ", "Σ"])("reads %s in a rule and refuses it in a loss", (sign) => {
    expect(spellings(`θ ${sign} x`, "rule")).toEqual(["theta", sign, "x"]);
    expect(lex(`θ ${sign} x`).diagnostics[0]!.code).toBe("rule-sign");
  });

  test("reads += as one sign in a rule only", () => {
    expect(spellings("theta += 1", "rule")).toEqual(["theta", "+=", "1"]);
    expect(spellings("theta += 1")).toEqual(["theta", "+", "=", "1"]);
  });

  test.each(["$", "@@$", "`", "😀", "é", "ａ", "ά", "Ω"])(
    "names the character that it cannot read in %j",
    (text) => {
      const { diagnostics } = lex(text);
      expect(diagnostics[0]!.code).toBe("character");
    },
  );

  test("names a string that is not closed", () => {
    expect(lex("reduction='sum").diagnostics[0]!.message).toContain("no closing quote");
  });
});
