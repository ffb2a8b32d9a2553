import { expect, test } from "vitest";
import { ruleTerms } from "../../../../webview/verdict/rule.ts";

const symbol = (text: string) => ({ text, role: "symbol" as const });

test("scripts hang on the piece before them", () => {
  const terms = ruleTerms([
    symbol("γ"),
    { text: "t", role: "superscript" },
    symbol("G"),
    { text: "t", role: "subscript" },
  ]);
  expect(terms).toMatchObject([
    { text: "γ", superscript: "t", subscript: null },
    { text: "G", superscript: null, subscript: "t" },
  ]);
});

test("a piece can carry both scripts", () => {
  const terms = ruleTerms([
    symbol("x"),
    { text: "t", role: "subscript" },
    { text: "2", role: "superscript" },
  ]);
  expect(terms).toEqual([{ text: "x", operator: false, superscript: "2", subscript: "t" }]);
});

test("a script with nothing before it is still shown", () => {
  expect(ruleTerms([{ text: "t", role: "subscript" }])).toMatchObject([{ text: "t" }]);
});
