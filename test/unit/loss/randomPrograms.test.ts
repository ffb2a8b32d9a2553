import fc from "fast-check";
import { expect, test } from "vitest";
import { compileLoss } from "../../../src/loss/evaluate.ts";
import { parseLoss } from "../../../src/loss/parse.ts";
import { expectGradients } from "../../util/gradientCheck.ts";
import { prepare } from "../../util/lossProgram.ts";
import { program, programData } from "../../util/programArbitrary.ts";

test("2,000 random programs evaluate without throwing, with the gradient of central differences", () => {
  let compared = 0;
  let refused = 0;
  fc.assert(
    fc.property(program, programData, (text, drawn) => {
      const { symbols, inputs } = prepare(drawn);
      const parsed = parseLoss(text);
      const loss = parsed.program && compileLoss(parsed.program, symbols).compiled;
      if (!loss) {
        refused++;
        expect(text.length).toBeGreaterThan(300);
        return;
      }
      const evaluation = loss.evaluate(inputs);
      expect(evaluation.ok, text).toBe(true);
      if (evaluation.ok && Number.isFinite(evaluation.value))
        compared += expectGradients(loss, inputs, new Set(["a", "t"]));
    }),
    { numRuns: 2000, seed: 11 },
  );
  expect(refused).toBeLessThan(20);
  expect(compared).toBeGreaterThan(10_000);
});
