import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decimate } from "../../../src/engine/inspection/decimate.ts";
import { compareGradients, describeLayers } from "../../../src/engine/inspection/layers.ts";
import { orderRows, rangeOf } from "../../../src/engine/inspection/orderedRows.ts";

const columns = fc.float64Array({ minLength: 1, maxLength: 400 });

describe("decimation", () => {
  test("keeps extremes, order and the number of points in bounds", () => {
    fc.assert(
      fc.property(columns, fc.integer({ min: 1, max: 50 }), (values, buckets) => {
        const { step, value } = decimate(values, buckets);
        expect(step.length).toBeLessThanOrEqual(Math.max(2 * buckets, 1));
        step.forEach((index, i) => {
          expect(Object.is(value[i], values[index])).toBe(true);
          if (i > 0) expect(index).toBeGreaterThan(step[i - 1]!);
        });
        const numbers = values.filter((x) => !Number.isNaN(x));
        if (numbers.length > 0) {
          const kept = value.filter((x) => !Number.isNaN(x));
          expect(Math.max(...kept)).toBe(Math.max(...numbers));
          expect(Math.min(...kept)).toBe(Math.min(...numbers));
        }
      }),
    );
  });
});

describe("ordered rows", () => {
  test("are a permutation in order, NaN last, ties in the order of steps", () => {
    fc.assert(
      fc.property(columns, fc.boolean(), (values, descending) => {
        const rows = orderRows(values, descending);
        expect([...rows].sort((a, b) => a - b)).toEqual([...values.keys()]);
        for (let i = 1; i < rows.length; i++) {
          const before = values[rows[i - 1]!]!;
          const after = values[rows[i]!]!;
          if (Number.isNaN(before)) expect(after).toBeNaN();
          else if (!Number.isNaN(after)) expect(descending ? before >= after : before <= after).toBe(true);
          if (before === after) expect(rows[i - 1]!).toBeLessThan(rows[i]!);
        }
      }),
    );
  });

  test("are cut to the table", () => {
    expect(rangeOf(10, -5, 4)).toEqual({ start: 0, end: 4 });
    expect(rangeOf(10, 8, 400)).toEqual({ start: 8, end: 10 });
    expect(rangeOf(10, 40, 50)).toEqual({ start: 10, end: 10 });
  });
});

describe("a gradient by layer", () => {
  const parameters = [
    { name: "W1", shape: [2, 1], offset: 0, length: 2 },
    { name: "b1", shape: [2], offset: 2, length: 2 },
  ];
  const before = Float64Array.of(3, 4, -1, 0);

  test("has norm, mean, largest and a histogram of all entries", () => {
    const [weights, bias] = describeLayers(parameters, before);
    expect(weights).toMatchObject({ name: "W1", norm: 5, mean: 3.5, largest: 4 });
    expect(bias).toMatchObject({ norm: 1, largest: 1, histogram: { low: -1, high: 0 } });
    expect(weights!.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  test("is compared by norm, ratio and cosine", () => {
    const { layers, total } = compareGradients(parameters, before, Float64Array.of(8, -6, -2, 0));
    expect(layers[0]).toMatchObject({ before: 5, after: 10, ratio: 2, cosine: 0 });
    expect(layers[1]).toMatchObject({ before: 1, after: 2, ratio: 2, cosine: 1 });
    expect(total.after).toBeCloseTo(Math.sqrt(104), 12);
  });
});
