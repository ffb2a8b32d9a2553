import { describe, expect, test } from "vitest";
import { compileLoss } from "../../../src/loss/evaluate.ts";
import { offeredSymbols } from "../../../src/loss/names.ts";
import { applyFix } from "../../../src/loss/scalars.ts";
import {
  broadcastShapes,
  compareSizes,
  formatShape,
  isSpread,
  looseSize,
  type SymbolicShape,
  symbolicSize,
} from "../../../src/loss/shapes.ts";
import { errorsOf, evaluated, parsed } from "../../util/lossProgram.ts";

const T = symbolicSize("T");
const K = symbolicSize("K");

function shapeOf(text: string): string {
  const program = parsed(text);
  const { compiled, diagnostics } = compileLoss(program, offeredSymbols());
  if (!compiled) return diagnostics[0]!.message;
  return formatShape(compiled.shape(program.result.expression.id)!);
}

describe("symbolic sizes", () => {
  test("equal themselves, differ from others and may equal any number", () => {
    expect(compareSizes(T, symbolicSize("T"))).toBe("same");
    expect(compareSizes(T, symbolicSize("T", -1))).toBe("different");
    expect(compareSizes(T, K)).toBe("different");
    expect(compareSizes(T, 3)).toBe("unknown");
    expect(compareSizes(looseSize("T[::2]"), T)).toBe("unknown");
    expect(compareSizes(3, 3)).toBe("same");
  });

  test.each<[SymbolicShape, SymbolicShape, string | undefined]>([
    [[T], [T], "[T]"],
    [[T], [], "[T]"],
    [[T, K], [K], "[T, K]"],
    [[T, 1], [K], "[T, K]"],
    [[T, 1], [T], "[T, T]"],
    [[T], [symbolicSize("T", -1)], undefined],
    [[T, K], [T], undefined],
    [[1], [0], "[0]"],
    [[2, 3], [3], "[2, 3]"],
    [[2, 3], [2], undefined],
  ])("%j with %j", (a, b, expected) => {
    for (const shape of [broadcastShapes(a, b), broadcastShapes(b, a)]) {
      expect(shape ? formatShape(shape) : undefined).toBe(expected);
    }
  });

  test("a spread is a column against a row of the same length", () => {
    expect(isSpread([T, 1], [T])).toBe(true);
    expect(isSpread([T], [T, 1])).toBe(true);
    expect(isSpread([5, 1], [5])).toBe(true);
    expect(isSpread([T, 1], [1, T])).toBe(false);
    expect(isSpread([T, 1], [K])).toBe(false);
    expect(isSpread([T, 1], [])).toBe(false);
    expect(isSpread([1, 1], [1])).toBe(false);
  });
});

describe("shapes before there are data", () => {
  test.each([
    ["-(gamma**t * log_pi).sum()", "[]"],
    ["log_pi * adv", "[T]"],
    ["log_softmax(logits, 1)", "[T, K]"],
    ["logits.sum(1)", "[T]"],
    ["logits.sum(0)", "[K]"],
    ["logits.mean(dim=1, keepdim=True)", "[T, 1]"],
    ["V[1:]", "[T-1]"],
    ["V[1:-2]", "[T-3]"],
    ["V[1:][1:]", "[T-2]"],
    ["r[:-1] + gamma * V[1:]", "[T-1]"],
    ["V[::2]", "[T[::2]]"],
    ["V[:5]", "[T[:5]]"],
    ["V[0]", "[]"],
    ["logits[:, 0]", "[T]"],
    ["logits[0]", "[K]"],
    ["V[:, None]", "[T, 1]"],
    ["logits.gather(1, a.unsqueeze(1)).squeeze(1)", "[T]"],
    ["cross_entropy(logits, a)", "[T]"],
    ["one_hot(a, 4)", "[T, 4]"],
    ["logits @ logits[0]", "[T]"],
    ["numel(r) * T", "[]"],
    ["V[1:] - V", "the shapes [T-1] and [T] do not fit together"],
    ["logits * log_pi", "the shapes [T, K] and [T] do not fit together"],
    ["logits[:, None]", "[T, 1, K] has more than two dimensions"],
    ["r[0, 0]", "2 indices for the shape [T]"],
    ["r.sum(1)", "there is no axis 1 in 1 dimensions"],
    ["where(r, 1, 2)", "the condition of where is no boolean"],
    ["1 - done", "- takes no booleans (PyTorch refuses it too)"],
    ["done.mean()", "mean takes no booleans"],
    ["~r", "~, & and | take booleans only"],
  ])("%s is %s", (text, expected) => {
    expect(shapeOf(text)).toBe(expected);
  });

  test("clashing numbers name both shapes", () => {
    const [found] = errorsOf("r + V", { r: [1, 2, 3], V: [1, 2] });
    expect(found!.message).toBe("the shapes [3] and [2] do not fit together");
  });

  test("1 - done is mended to ~done", () => {
    const program = parsed("(1 - done) * r");
    const [found] = compileLoss(program, offeredSymbols()).diagnostics;
    expect(applyFix(program.text, found!.fixes![0]!)).toBe("(~done) * r");
  });
});

describe("a spread of [T, 1] against [T]", () => {
  const text = "-(log_pi.unsqueeze(1) * adv).mean()";
  const spread = () => compileLoss(parsed(text), offeredSymbols());

  test("is an error that leaves the loss evaluable, as PyTorch computes it", () => {
    const { compiled, diagnostics } = spread();
    expect(compiled).toBeDefined();
    expect(diagnostics[0]).toMatchObject({ severity: "error", code: "spread" });
    expect(diagnostics[0]!.message).toContain("[T, 1] against [T] spreads to [T, T]");
    expect(evaluated(text, { log_pi: [1, 2], adv: [3, 5] }).value).toBe(-(3 * 8) / 4);
  });

  test("is mended by the fix", () => {
    const fixed = applyFix(text, spread().diagnostics[0]!.fixes![0]!);
    expect(compileLoss(parsed(fixed), offeredSymbols()).diagnostics).toEqual([]);
    expect(evaluated(fixed, { log_pi: [1, 2], adv: [3, 5] }).value).toBe(-(3 + 10) / 2);
  });

  test.each([
    ["((r + V) * 2).unsqueeze(1) * adv", "(((r + V) * 2).unsqueeze(1)).squeeze(1) * adv"],
    ["(V[:, None] * 2 - 1) * adv", "((V[:, None] * 2 - 1).squeeze(1)) * adv"],
    ["c = V[:, None]\nc * adv", "c = (V[:, None]).squeeze(1)\nc * adv"],
  ])("in %j is mended to %j", (source, expected) => {
    const [found] = compileLoss(parsed(source), offeredSymbols()).diagnostics;
    expect(applyFix(source, found!.fixes![0]!)).toBe(expected);
    expect(compileLoss(parsed(expected), offeredSymbols()).diagnostics).toEqual([]);
  });

  test("is seen in losses of two columns, and not in an outer product that is meant", () => {
    const codes = (source: string) =>
      compileLoss(parsed(source), offeredSymbols()).diagnostics.map(({ code }) => code);
    expect(codes("F.mse_loss(V.unsqueeze(1), r)")).toEqual(["spread"]);
    expect(codes("(V[:, None] * r[None, :]).sum()")).toEqual([]);
  });
});
