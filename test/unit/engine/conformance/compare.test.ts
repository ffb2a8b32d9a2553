import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { compare, within } from "../../../../src/engine/conformance/compare.ts";

const agrees = (expected: unknown, computed: unknown) => compare(expected, computed).mismatches.length === 0;

describe("compare", () => {
  test.prop([fc.double({ noNaN: true, min: -1e6, max: 1e6 })])(
    "allows 1e-12 + 1e-9 · max(|a|, |b|, 1e-3)",
    (a) => {
      const allowed = 1e-12 + 1e-9 * Math.max(Math.abs(a), 1e-3);
      expect(agrees(a, a + 0.9 * allowed)).toBe(true);
      expect(agrees(a, a - 1.1 * allowed)).toBe(false);
    },
  );

  test.each([
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    [-0, 0],
    [true, true],
    [true, 1],
    [
      [1, [2, "NaN"]],
      [1, [2, Number.NaN]],
    ],
    [[1, 2], Float64Array.of(1, 2)],
    [{ a: [1] }, { a: [1], b: 7 }],
    [null, null],
  ])("takes %j and what equals it as equal", (expected, computed) => {
    expect(compare(expected, computed).mismatches).toEqual([]);
  });

  test.each([
    ["NaN", 0],
    [0, Number.NaN],
    ["Infinity", Number.NEGATIVE_INFINITY],
    [1e300, Number.POSITIVE_INFINITY],
    [[1, 2], [1]],
    [[], undefined],
    [[0], undefined],
    [1, undefined],
    [1, "1"],
    [{ a: 1 }, {}],
    [null, 0],
  ])("tells %j from what differs", (expected, computed) => {
    expect(compare(expected, computed).mismatches).toHaveLength(1);
  });

  test("says where, and counts in units of what is allowed", () => {
    const found = compare({ x: [1, { y: 2 }] }, { x: [1, { y: 5 }] }, within(2));
    expect(found.mismatches).toEqual(["x[1].y: the file has 2, we have 5"]);
    expect(found.worst).toBe(1.5);
    expect(found.numbers).toBe(2);
  });
});
