import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Data, evaluated } from "../util/lossProgram.ts";

interface ValueCase {
  readonly text: string;
  readonly shape: readonly number[];
  readonly value: number | number[] | number[][];
  readonly grad: Readonly<Record<string, number[] | number[][]>>;
}

const file = JSON.parse(readFileSync(new URL("../cases/lossValues.json", import.meta.url), "utf8")) as {
  readonly about: string;
  readonly data: Data;
  readonly cases: readonly ValueCase[];
};

function expectClose(
  ours: ArrayLike<number>,
  theirs: number | readonly (number | readonly number[])[],
): void {
  const flat = [theirs].flat(2) as number[];
  expect(ours).toHaveLength(flat.length);
  flat.forEach((value, index) => {
    expect(Math.abs(ours[index]! - value), `element ${index}`).toBeLessThanOrEqual(
      1e-13 + 1e-12 * Math.abs(value),
    );
  });
}

describe("values and gradients equal JAX's", () => {
  for (const { text, shape, value, grad } of file.cases) {
    test(text, () => {
      const evaluation = evaluated(text, file.data);
      expect(evaluation.result.shape).toEqual(shape);
      expectClose(evaluation.result.value, value);
      for (const [name, expected] of Object.entries(grad)) {
        const adjoint = evaluation.adjoint(name);
        expectClose(adjoint ?? new Float64Array([expected].flat(3).length), expected);
      }
    });
  }
});
