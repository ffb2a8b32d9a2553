import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { PrintTarget } from "../../../../src/loss/print/print.ts";
import { isClose } from "../../../oracles/support.ts";
import { fixedBatch, operatorCases, printedCase, textsHash } from "../../../util/printedLosses.ts";

interface Golden {
  readonly expr: string;
  readonly hash: string;
  readonly results: Readonly<
    Record<string, { value: number | string; grad: Record<string, (number | string)[]>; error?: string }>
  >;
}

const targets: readonly PrintTarget[] = ["pytorch", "jax", "numpy"];
const golden = JSON.parse(
  readFileSync(new URL("../../../cases/printedLosses.json", import.meta.url), "utf8"),
) as Golden[];
const byExpression = new Map(golden.map((one) => [one.expr, one]));

test("every case of the operator table was asked of the libraries", () => {
  const missing = operatorCases().filter((expr) => !byExpression.has(expr));
  expect(missing, "run test/cases/makePrintedLosses.ts").toEqual([]);
});

describe.each(golden.map(({ expr }) => expr))("%s", (expr) => {
  const own = printedCase(expr, fixedBatch, 0, targets);
  const theirs = byExpression.get(expr);

  test("is written in every library as when the libraries were asked", () => {
    expect(own.refused).toEqual({});
    expect(textsHash(own.texts), "the text changed: run test/cases/makePrintedLosses.ts").toBe(theirs?.hash);
  });

  test.each(targets)("has in %s the value and the gradient that it has here", (target) => {
    const result = theirs!.results[target]!;
    expect(result.error).toBeUndefined();
    expect(isClose(own.value, Number(result.value)), `${own.value} and ${result.value}`).toBe(true);
    for (const [name, gradient] of Object.entries(own.grad)) {
      const other = result.grad[name]?.map(Number) ?? gradient.map(() => 0);
      expect(other).toHaveLength(gradient.length);
      const different = gradient.filter((value, index) => !isClose(value, other[index]!));
      expect(different, `${name}: ${gradient} and ${other}`).toEqual([]);
    }
  });
});
