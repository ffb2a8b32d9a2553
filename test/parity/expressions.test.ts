import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { conformExpressions } from "../../src/loss/conform.ts";
import { readNumber } from "../../src/loss/dataSet.ts";
import { OPERATORS_REFUSED_IN_REFERENCE } from "../util/refusedOperators.ts";

interface ReferenceCase {
  readonly id: string;
  readonly expr: string;
  readonly data: string;
  readonly value?: unknown;
  readonly shape?: readonly number[];
  readonly grad?: Readonly<Record<string, readonly unknown[]>>;
  readonly error?: string;
  readonly grad_error?: string;
}

const path = new URL("../reference/expressions.json", import.meta.url);
const reference = JSON.parse(readFileSync(path, "utf8")) as { readonly cases: readonly ReferenceCase[] };
const computed = new Map([...conformExpressions(reference)].map((entry) => [entry.case, entry]));

function numbers(value: unknown): number[] {
  return [value].flat(2).map((item) => (typeof item === "boolean" ? Number(item) : readNumber(item)!));
}

function expectClose(ours: unknown, theirs: unknown): void {
  const [a, b] = [numbers(ours), numbers(theirs)];
  expect(a.length).toBe(b.length);
  a.forEach((number, index) => {
    const other = b[index]!;
    if (Object.is(number, other) || number === other) return;
    const allowed = 1e-12 + 1e-9 * Math.max(Math.abs(number), Math.abs(other), 1e-3);
    expect(Math.abs(number - other), `${number} against ${other}`).toBeLessThanOrEqual(allowed);
  });
}

function refusedOperator(text: string): string | undefined {
  return OPERATORS_REFUSED_IN_REFERENCE.find((name) => new RegExp(`\\b${name}\\(`).test(text));
}

function expectGradients(
  ours: Readonly<Record<string, unknown>>,
  theirs: Readonly<Record<string, readonly unknown[]>>,
): void {
  for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const length = (theirs[name] ?? (ours[name] as unknown[])).length;
    expectClose(ours[name] ?? Array(length).fill(0), theirs[name] ?? Array(length).fill(0));
  }
}

describe("expressions as PyTorch evaluates them", () => {
  for (const expected of reference.cases) {
    const refused = refusedOperator(expected.expr);
    test(`${expected.id} on ${expected.data}: ${expected.expr}`, () => {
      const entry = computed.get(expected.id)!;
      if (refused) {
        expect(entry).toHaveProperty("error", expect.stringContaining(refused));
      } else if (expected.error) {
        expect(entry).toHaveProperty("error");
      } else {
        if (!("computed" in entry)) throw new Error(JSON.stringify(entry));
        expect(entry.computed.shape).toEqual(expected.shape);
        expectClose(entry.computed.value, expected.value);
        expectGradients(entry.computed.grad, expected.grad ?? {});
        expect(entry.computed.grad_error === undefined).toBe(expected.grad_error === undefined);
      }
    });
  }
});
