import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PrintTarget } from "../../src/loss/print/print.ts";
import {
  algorithmCases,
  fixedBatch,
  type PrintedBatch,
  type PrintedCase,
  printedCase,
} from "../util/printedLosses.ts";
import { askOracle, isClose, type Plain } from "./support.ts";

interface File {
  readonly scalars: Readonly<Record<string, number>>;
  readonly data: Readonly<Record<string, PrintedBatch["data"]>>;
  readonly cases: readonly { readonly data: string; readonly expr: string }[];
}

interface Result {
  readonly value?: Plain;
  readonly grad?: Readonly<Record<string, readonly Plain[]>>;
  readonly error?: string;
}

const targets: readonly PrintTarget[] = ["pytorch", "jax", "numpy"];
const count = 600;

/** Random losses and every algorithm's, printed for every library and evaluated by it. */
function draw(): {
  readonly cases: readonly PrintedCase[];
  readonly results: readonly Record<string, Result>[];
} {
  const file = askOracle<File>("expressions", count);
  const names = Object.keys(file.data);
  const batches = names.map((name): PrintedBatch => ({ scalars: file.scalars, data: file.data[name]! }));
  const fixed = algorithmCases().map((expr) => printedCase(expr, fixedBatch, batches.length, targets));
  const random = file.cases.map(({ data, expr }) =>
    printedCase(expr, batches[names.indexOf(data)]!, names.indexOf(data), targets),
  );
  const cases = [...random, ...fixed];
  const script = join(import.meta.dirname, "python", "printed.py");
  const output = execFileSync(process.env.ORACLE_PYTHON!, [script], {
    input: JSON.stringify({
      batches: [...batches, fixedBatch],
      cases: cases.map(({ batch, texts }) => ({ batch, texts })),
    }),
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });
  return { cases, results: JSON.parse(output) };
}

const { cases, results } = draw();

/** Kinks have other subgradients in JAX than in PyTorch: there only the value is compared. */
const KINKS = /clamp|clip/;

describe("a random loss, printed, has our value and gradients", () => {
  test.each(cases.map((one, index) => [index, one.expr, one] as const))("%i: %s", (index, _, one) => {
    expect(one.refused).toEqual({});
    for (const target of targets) {
      const result = results[index]![target]!;
      expect(result.error, target).toBeUndefined();
      expect(isClose(one.value, Number(result.value)), `${target}: ${one.value}, not ${result.value}`).toBe(
        true,
      );
      if (target === "jax" && KINKS.test(one.expr)) continue;
      for (const [name, gradient] of Object.entries(one.grad)) {
        const other = result.grad![name]?.map(Number) ?? gradient.map(() => 0);
        const different = gradient.flatMap((value, at) =>
          isClose(value, other[at]!) ? [] : [`${name}[${at}]: ${value}, not ${other[at]}`],
        );
        expect(different, target).toEqual([]);
      }
    }
  });
});
