import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { readLoss } from "../../../../src/loss/editing/reading.ts";
import { definitionAt, referencesAt } from "../../../../src/loss/editing/references.ts";
import { renameAt, renameableAt } from "../../../../src/loss/editing/rename.ts";
import { applyFix } from "../../../../src/loss/scalars.ts";
import { program } from "../../../util/programArbitrary.ts";

const book = `G = discounted_returns(r, gamma)
w = G - G.mean()
loss = -(gamma**t * w.detach() * log_pi).sum()
`;

function renamed(text: string, word: string, name: string): string {
  const renaming = renameAt(text, text.indexOf(word), name);
  if (!renaming.ok) throw new Error(renaming.reason);
  return applyFix(text, { title: "", edits: renaming.edits });
}

function refusal(text: string, word: string, name: string): string {
  const renaming = renameAt(text, text.indexOf(word), name);
  return renaming.ok ? "" : renaming.reason;
}

describe("renaming", () => {
  test.each([
    [book, "G =", "ret", book.replaceAll("G", "ret")],
    [book, "G.mean", "β", book.replaceAll("G", "β")],
    [
      "w = r\nr = w * r\nloss = (r * log_pi).sum()",
      "r = w",
      "q",
      "w = r\nq = w * r\nloss = (q * log_pi).sum()",
    ],
    [
      "x = r\nx = x * 2\nloss = (x * log_pi).sum()",
      "x = r",
      "y",
      "y = r\ny = y * 2\nloss = (y * log_pi).sum()",
    ],
    ["G = r\nloss = -(returns * log_pi).sum()", "G", "H", "H = r\nloss = -(H * log_pi).sum()"],
    ["dim = r\nloss = sum(dim * log_pi, dim=0)", "dim", "x", "x = r\nloss = sum(x * log_pi, dim=0)"],
    ["γ = 0.9\nloss = (gamma * log_pi).sum()", "γ", "c", "c = 0.9\nloss = (c * log_pi).sum()"],
    ["w = r\nloss = ((w * log_pi", "w", "v", "v = r\nloss = ((v * log_pi"],
  ])("in %j of %j to %s gives %j", (text, word, name, expected) => {
    expect(renamed(text, word, name)).toBe(expected);
  });

  test.each([
    [book, "gamma**", "x", /given with every update/],
    [book, "log_pi", "x", /output of the policy/],
    [book, "mean", "x", /is an operator/],
    [book, "G =", "log_pi", /every update gives/],
    [book, "G =", "sum", /is an operator/],
    [book, "G =", "w", /already stands/],
    [book, "G =", "1x", /is no name/],
    [book, "G =", "a b", /is no name/],
    [book, "G =", "torch", /library's name/],
    [book, "G =", "None", /word of the language/],
    [book, "G =", "for", /word of the language/],
    [book, "w =", "loss", /already stands/],
    ["w = r\nx = (w * log_pi).sum()\ny = x", "x =", "loss", /is the result/],
    ["loss = log_pi.sum()\nw = r", "loss", "x", /is the result/],
    ["w = r\nloss = (w * returns * log_pi).sum()", "w", "G", /would be read as G/],
  ])("in %j of %j to %s is refused", (text, word, name, reason) => {
    expect(refusal(text, word, name)).toMatch(reason);
  });

  test("of the last line, which is the loss under any name, is allowed", () => {
    expect(renamed(book, "loss", "objective")).toBe(book.replace("loss", "objective"));
  });

  test("says what can be renamed and why something cannot", () => {
    expect(renameableAt(book, book.indexOf("w."))).toEqual({
      ok: true,
      range: { start: 70, end: 71 },
      name: "w",
    });
    expect(renameableAt("# only a comment", 5)).toMatchObject({ ok: false });
    expect(renameableAt("loss = sum(x=r)", 11)).toMatchObject({
      ok: false,
      reason: expect.stringContaining("argument"),
    });
  });

  /** A program's graph without names and places: what it computes. */
  function computed(text: string): unknown {
    const { graph } = readLoss(text);
    return graph?.nodes.map(({ source, operands, shape }) => [
      source.kind === "operator" ? [source.row.name, source.settings] : source,
      operands.map(({ index }) => index),
      shape,
    ]);
  }

  property.prop([program, fc.constantFrom("w", "beta", "loss"), fc.constantFrom("q1", "δ", "G", "Hh")], {
    numRuns: 300,
  })("changes nothing that is computed", (text, word, name) => {
    const offset = text.startsWith(`${word} =`) ? 0 : text.indexOf(`\n${word} =`) + 1;
    const renaming = renameAt(text, offset, name);
    if (!renaming.ok) return;
    const after = applyFix(text, { title: "", edits: renaming.edits });
    expect(computed(after)).toEqual(computed(text));
  });
});

describe("references", () => {
  test("of data are all its uses, whatever their spelling", () => {
    const text = "loss = -(rewards * r * log_pi).sum() + (r - V).sum()";
    expect(referencesAt(text, text.indexOf("r *"))?.uses.map(({ start }) => start)).toEqual([9, 19, 40]);
  });

  test("lead to the line that a value comes from", () => {
    const text = "x = r\nx = x * 2\nloss = (x * log_pi).sum()";
    expect(definitionAt(text, text.indexOf("x * 2"))?.start).toBe(0);
    expect(definitionAt(text, text.indexOf("x * log"))?.start).toBe(6);
    expect(definitionAt(text, text.indexOf("log_pi"))).toBeUndefined();
  });
});
