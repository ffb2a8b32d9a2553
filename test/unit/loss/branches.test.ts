import { describe, expect, test } from "vitest";
import { branchRule, SMOOTH } from "../../../src/loss/branches.ts";
import type { Frame } from "../../../src/loss/frame.ts";
import { CLAMP_BY_TENSORS } from "../../../src/loss/operators/elementwise.ts";
import { OPERATORS } from "../../../src/loss/operators.ts";
import { compiled, type Data, prepare } from "../../util/lossProgram.ts";

/** What holds where, for the last operator of a text. */
function codes(text: string, data: Data): number[] {
  const loss = compiled(text, data);
  const result = loss.evaluate(prepare(data).inputs);
  if (!result.ok) throw new Error(result.diagnostics[0]!.message);
  const node = loss.graph.result;
  if (node.source.kind !== "operator") throw new Error(`${text} is no operator`);
  const found: number[] = [];
  branchRule(node.source.row.name)!(result.frame(node) as Frame, found);
  return found;
}

describe("branches", () => {
  test.each([...OPERATORS, CLAMP_BY_TENSORS].map(({ name }) => [name]))(
    "%s is either smooth or tells its branches",
    (name) => {
      expect([branchRule(name) !== undefined, SMOOTH.has(name)].filter(Boolean)).toHaveLength(1);
    },
  );

  const x = {
    x: [-2, 0, 0.5],
    y: [1, 0, 0.25],
    m: [
      [1, 3],
      [2, 2],
    ],
  };
  test.each([
    ["abs(x)", [-1, 0, 1]],
    ["floor(x)", [-2, 0, 0]],
    ["x > y", [0, 0, 1]],
    ["maximum(x, y)", [-1, 0, 1]],
    ["clamp(x, -1, 0.5)", [-1, -1, 1, -1, 1, 0]],
    ["amax(m, 1)", [-1, 0, 0, 0]],
    ["amax(m, 0)", [-1, 0, 0, -1]],
    ["max(x)", [-1, -1, 0]],
    ["norm(x, 1)", [-1, 0, 1]],
    ["norm(x)", []],
    ["l1_loss(x, y)", [-1, 0, 1]],
    ["huber_loss(x, y, delta=0.5)", [-2, 0, 0]],
    ["x % 1.5", [-2, 0, 0]],
    ["softplus(x * 100)", [-1, -1, 1]],
  ] as const)("of %s", (text, expected) => {
    expect(codes(text, x)).toEqual(expected);
  });
});
