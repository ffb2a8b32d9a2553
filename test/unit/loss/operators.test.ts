import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileLoss } from "../../../src/loss/evaluate.ts";
import type { OperatorRow } from "../../../src/loss/operator.ts";
import { CLAMP_BY_TENSORS } from "../../../src/loss/operators/elementwise.ts";
import { callableNames, OPERATORS, OVERLOADED, operatorNamed, REFUSED } from "../../../src/loss/operators.ts";
import { expectGradients } from "../../util/gradientCheck.ts";
import { compiled, type Data, parsed, prepare } from "../../util/lossProgram.ts";

interface Case {
  readonly row: string;
  readonly text: string;
}

const ALL: readonly OperatorRow[] = [...OPERATORS, CLAMP_BY_TENSORS];
const table = readFileSync(new URL("../../cases/lossOperators.txt", import.meta.url), "utf8");
const cases: Case[] = table
  .split("\n")
  .filter((line) => line.trim() !== "" && !line.startsWith("#"))
  .map((line) => ({ row: line.slice(0, line.indexOf(" ")), text: line.slice(line.indexOf(" ")).trim() }));

/** Whole hundredths, so that nothing lies within a finite-difference step of a kink without being on it. */
const anySign = fc.integer({ min: -200, max: 200 }).map((value) => value / 100 + 0.0037);
const positive = fc.integer({ min: 10, max: 190 }).map((value) => value / 100 + 0.0041);

function columns(steps: number): fc.Arbitrary<Data> {
  const column = (element: fc.Arbitrary<number>) => fc.array(element, { minLength: steps, maxLength: steps });
  const flags = fc.array(fc.boolean(), { minLength: steps, maxLength: steps });
  const rows = fc.array(fc.array(anySign, { minLength: 3, maxLength: 3 }), {
    minLength: steps,
    maxLength: steps,
  });
  return fc.record({
    x: column(anySign),
    y: column(anySign),
    z: column(anySign),
    p: column(positive),
    q: column(positive),
    m: rows,
    n: rows,
    a: column(fc.integer({ min: 0, max: 2 })),
    h: flags,
    terminated: flags,
    truncated: flags,
    gamma: fc.constant(0.9),
  });
}

const data = fc.integer({ min: 2, max: 6 }).chain(columns);
const CONSTANTS = new Set(["a"]);
const sample = fc.sample(data, { numRuns: 1, seed: 7 })[0]!;

describe("every row of the operator table", () => {
  for (const row of ALL) {
    test(`${row.name} has a doc line, spellings and a case`, () => {
      expect(row.doc).toMatch(/^\S.{2,}[.]$/);
      expect(row.spelling.torch).not.toBe("");
      expect(row.spelling.jax).not.toBe("");
      expect(row.spelling.numpy).not.toBe("");
      expect(row.parameters.length).toBeGreaterThan(0);
      const used = cases.filter((entry) => entry.row === row.name);
      expect(used.length).toBeGreaterThan(0);
      for (const { text } of used) {
        const rows = compiled(text, sample).graph.nodes.map(({ source }) =>
          source.kind === "operator" ? source.row.name : "",
        );
        expect(rows, text).toContain(row.name);
      }
    });
  }

  test("no word names two rows", () => {
    const words = OPERATORS.flatMap((row) => [row.name, ...row.aliases]);
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
    for (const word of [...OVERLOADED.keys(), ...REFUSED.keys()]) expect(operatorNamed(word)).toBeUndefined();
  });

  test("every callable word is known", () => {
    for (const word of callableNames()) expect(operatorNamed(word) ?? OVERLOADED.get(word)).toBeDefined();
  });
});

describe("gradients equal central differences", () => {
  for (const { row, text } of cases) {
    test(`${row}: ${text}`, () => {
      const program = parsed(text);
      let compared = 0;
      fc.assert(
        fc.property(data, (drawn) => {
          const { symbols, inputs } = prepare(drawn);
          compared += expectGradients(compileLoss(program, symbols).compiled!, inputs, CONSTANTS);
        }),
        { numRuns: 30, seed: 20 },
      );
      expect(compared).toBeGreaterThan(50);
    });
  }
});

describe("evaluating for the trainer and for the reader", () => {
  for (const { row, text } of cases) {
    test(`gives the same bits for ${row}: ${text}`, () => {
      fc.assert(
        fc.property(data, (drawn) => {
          const { inputs } = prepare(drawn);
          const loss = compiled(text, drawn);
          const whole = loss.evaluate(inputs);
          const again = [
            loss.evaluate(inputs, { keep: "leaves" }),
            loss.evaluate(inputs, { keep: "leaves" }),
          ];
          if (!whole.ok) throw new Error(whole.diagnostics[0]!.message);
          for (const lean of again) {
            if (!lean.ok) throw new Error(lean.diagnostics[0]!.message);
            expect(lean.value).toBe(whole.value);
            for (const leaf of loss.graph.leaves.filter(({ boolean, number }) => !boolean && !number)) {
              const name = leaf.source.kind === "leaf" ? leaf.source.name : "";
              const expected = whole.adjoint(name)!;
              const given = lean.adjoint(name)!;
              expect(given.length === 0 ? new Float64Array(expected.length) : given).toEqual(expected);
            }
          }
        }),
        { numRuns: 5, seed: 21 },
      );
    });
  }
});
