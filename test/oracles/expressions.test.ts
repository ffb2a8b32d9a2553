import { describe, expect, test } from "vitest";
import { type ComputedExpression, conformExpressions } from "../../src/loss/conform.ts";
import { askOracle, differences, flat, type Plain } from "./support.ts";

interface Case {
  readonly id: string;
  readonly data: string;
  readonly expr: string;
  readonly value: Plain | readonly Plain[];
  readonly grad: Readonly<Record<string, readonly Plain[]>>;
}

interface File {
  readonly data: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>;
  readonly cases: readonly Case[];
}

const file = askOracle<File>("expressions", 2000);
const computed = new Map([...conformExpressions(file)].map((line) => [line.case, line]));

/** A vector that nothing reaches may be absent on either side: its gradient is 0. */
function gradientDifferences(one: Case, { grad }: ComputedExpression): string[] {
  return Object.entries(file.data[one.data]!).flatMap(([name, values]) => {
    const zeros = flat(values).map(() => 0);
    return differences(`grad ${name}`, flat(grad[name] ?? zeros), one.grad[name] ?? zeros);
  });
}

describe("a random loss has torch's value and gradients", () => {
  test.each(file.cases.map((one) => [one.id, one.expr, one] as const))("%s: %s", (id, _, one) => {
    const line = computed.get(id)!;
    if (!("computed" in line)) throw new Error("error" in line ? line.error : line.skipped);
    const value = differences("value", flat(line.computed.value), one.value);
    expect([...value, ...gradientDifferences(one, line.computed)]).toEqual([]);
  });
});
