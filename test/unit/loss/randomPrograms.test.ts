import fc from "fast-check";
import { expect, test } from "vitest";
import { compileLoss } from "../../../src/loss/evaluate.ts";
import { parseLoss } from "../../../src/loss/parse.ts";
import { expectGradients } from "../../util/gradientCheck.ts";
import { type Data, prepare } from "../../util/lossProgram.ts";
import { lossPrograms } from "../../util/lossPrograms.ts";

const STEPS = 4;
const column = fc.array(
  fc.integer({ min: -150, max: 150 }).map((value) => value / 100 + 0.0043),
  { minLength: STEPS, maxLength: STEPS },
);
const table = fc.array(
  fc.array(
    fc.integer({ min: -150, max: 150 }).map((value) => value / 100 + 0.0029),
    { minLength: 2, maxLength: 2 },
  ),
  { minLength: STEPS, maxLength: STEPS },
);
const data: fc.Arbitrary<Data> = fc.record({
  r: column,
  V: column,
  log_pi: column,
  adv: column,
  logits: table,
  a: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: STEPS, maxLength: STEPS }),
  done: fc.array(fc.boolean(), { minLength: STEPS, maxLength: STEPS }),
  gamma: fc.constant(0.9),
  t: fc.constant([0, 1, 2, 3]),
});

test("2,000 random programs evaluate without throwing, with the gradient of central differences", () => {
  let compared = 0;
  let refused = 0;
  fc.assert(
    fc.property(lossPrograms, data, (text, drawn) => {
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
