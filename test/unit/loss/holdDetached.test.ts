import { describe, expect, test } from "vitest";
import { holdDetached } from "../../../src/loss/holdDetached.ts";
import { compiled, type Data, prepare } from "../../util/lossProgram.ts";

const heads = new Set(["x"]);
const data = { x: [1, 2, 3], r: [2, 0, 1] };

/** The loss at `moved` data, with what it detaches held where it is at `data`. */
function heldAt(text: string, moved: Data): { value: number; adjoint: number[]; held: number } {
  const loss = compiled(text, data, { differentiable: heads });
  const at = loss.evaluate(prepare(data).inputs);
  if (!at.ok) throw new Error(at.diagnostics[0]!.message);
  const { compiled: fixed, detached, values } = holdDetached(loss, heads);
  const result = fixed.evaluate(new Map([...prepare(moved).inputs, ...values(at)]));
  if (!result.ok) throw new Error(result.diagnostics[0]!.message);
  return { value: result.value, adjoint: Array.from(result.adjoint("x")!), held: detached.length };
}

describe("holding what is detached", () => {
  test("keeps value and gradient where nothing moved", () => {
    expect(heldAt("(x.detach() * x).sum()", data)).toEqual({ value: 14, adjoint: [1, 2, 3], held: 1 });
  });

  test("leaves detached values behind when the heads move", () => {
    const moved = { ...data, x: [10, 10, 10] };
    expect(heldAt("(x.detach() * x).sum()", moved)).toEqual({ value: 60, adjoint: [1, 2, 3], held: 1 });
  });

  test("holds a detach within a detach once, from the outside", () => {
    const moved = { ...data, x: [0, 0, 0] };
    const { value, held } = heldAt("y = (x.detach() ** 2).detach()\n(y + x).sum()", moved);
    expect([value, held]).toEqual([14, 2]);
  });

  test("does not touch what depends on data alone", () => {
    expect(heldAt("(r.detach() * x).sum()", data).held).toBe(0);
  });

  test("a loss that is detached whole is a constant", () => {
    expect(heldAt("(x ** 2).sum().detach()", { ...data, x: [0, 0, 0] })).toMatchObject({
      value: 14,
      adjoint: [0, 0, 0],
    });
  });
});
