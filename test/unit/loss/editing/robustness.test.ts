import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { describeAt } from "../../../../src/loss/editing/describe.ts";
import { foldsOf } from "../../../../src/loss/editing/folding.ts";
import { formatLoss } from "../../../../src/loss/editing/format.ts";
import { outlineOf } from "../../../../src/loss/editing/outline.ts";
import { readLoss } from "../../../../src/loss/editing/reading.ts";
import { definitionAt, referencesAt } from "../../../../src/loss/editing/references.ts";
import { renameAt } from "../../../../src/loss/editing/rename.ts";
import { shapeHintsOf } from "../../../../src/loss/editing/shapeHints.ts";
import { signatureAt } from "../../../../src/loss/editing/signature.ts";
import { suggestionsAt } from "../../../../src/loss/editing/suggestions.ts";
import { tokensOf } from "../../../../src/loss/editing/tokens.ts";
import { explainLoss } from "../../../../src/loss/explain.ts";
import { program } from "../../../util/programArbitrary.ts";

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Everything that an editor asks of a text, with every range that it gives. */
function rangesOf(text: string, offset: number): readonly Range[] {
  const reading = readLoss(text);
  const described = describeAt(reading, offset);
  const references = referencesAt(text, offset);
  const renaming = renameAt(text, offset, "quite_new");
  suggestionsAt(text, offset);
  signatureAt(text, offset);
  formatLoss(text);
  foldsOf(reading);
  return [
    ...reading.diagnostics,
    ...reading.diagnostics.flatMap(({ fixes }) => fixes ?? []).flatMap(({ edits }) => edits),
    ...tokensOf(reading),
    ...outlineOf(reading),
    ...shapeHintsOf(reading).map((hint) => ({ start: hint.offset, end: hint.offset })),
    ...(described ? [described] : []),
    ...(references ? [...references.declarations, ...references.uses] : []),
    ...(renaming.ok ? renaming.edits : []),
    ...[definitionAt(text, offset)].filter((word) => word !== undefined),
  ];
}

function expectInside(text: string, ranges: readonly Range[]): void {
  for (const { start, end } of ranges) {
    expect(start).toBeGreaterThanOrEqual(0);
    expect(start).toBeLessThanOrEqual(end);
    expect(end).toBeLessThanOrEqual(text.length);
  }
}

const pieces = fc.constantFrom(
  ..."()[]=+-*/.,:#|;\n\\ ~^πγβᵗ∇←é\r\t'\"".split(""),
  ..."log_pi r G V beta loss sum mean grad log ln torch. F. .detach() = 1e-4 ** +=  where( pi(a|s) theta None".split(
    " ",
  ),
);

describe("whatever is typed", () => {
  property.prop([fc.array(pieces, { maxLength: 40 }), fc.nat(100)], { numRuns: 2000 })(
    "every answer lies inside the text",
    (words, place) => {
      const text = words.join("");
      expectInside(text, rangesOf(text, Math.min(place, text.length)));
    },
  );

  property.prop([program, fc.nat(1000), fc.nat(1000), pieces], { numRuns: 500 })(
    "so it does for a program that is being edited",
    (before, from, to, piece) => {
      const [start, end] = [from % (before.length + 1), to % (before.length + 1)].sort((a, b) => a - b);
      const text = before.slice(0, start) + piece + before.slice(Math.min(end!, start! + 5));
      expectInside(text, rangesOf(text, start!));
    },
  );

  property.prop([program], { numRuns: 300 })("colours never overlap", (text) => {
    let end = 0;
    for (const token of tokensOf(readLoss(text))) {
      expect(token.start).toBeGreaterThanOrEqual(end);
      end = token.end;
    }
  });
});

test("a rule of stray TeX signs is answered inside the text", () => {
  const text = "∇\\(ᵗ";
  expectInside(text, rangesOf(text, 0));
});

describe("texts made to hang an editor", () => {
  const doubled = (line: (before: string) => string, last: string) =>
    ["x0 = r", ...Array.from({ length: 60 }, (_, i) => `x${i + 1} = ${line(`x${i}`)}`), last].join("\n");

  test.each([
    ["sums of sums", doubled((x) => `${x} + ${x}`, "loss = (x60 * log_pi).sum()")],
    ["products of products", doubled((x) => `${x} * ${x}`, "loss = (x60 * log_pi).sum()")],
    ["a rule over them", doubled((x) => `${x} * ${x}`, "theta += x60 * grad(log_pi)")],
    ["deep brackets", `loss = ${"(".repeat(60)}log_pi${")".repeat(60)}.sum()`],
    ["many brackets that never close", `loss = ${"sum(".repeat(900)}`],
    ["many lines", Array.from({ length: 450 }, (_, i) => `a${i} = r`).join("\n")],
    ["a long line of names", `loss = ${"log_pi + ".repeat(400)}log_pi`],
  ])("%s are read", (_, text) => {
    expectInside(text, rangesOf(text, text.length >> 1));
  });

  test("a loss that doubles again and again is explained without formulas", () => {
    const text = doubled((x) => `${x} + ${x}`, "loss = -(x60 * log_pi).sum()");
    expect(explainLoss(text)).toMatchObject({ ok: true, complete: false, terms: [{ head: "log_pi" }] });
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "%s is a name like any other",
    (word) => {
      const text = `${word} = r * 2\nloss = (${word} * log_pi).sum()`;
      const renaming = renameAt(text, 0, "x");
      expect(renaming).toMatchObject({
        ok: true,
        edits: [{ start: 0 }, { start: text.indexOf(`(${word}`) + 1 }],
      });
      expectInside(text, rangesOf(text, text.length));
    },
  );
});
