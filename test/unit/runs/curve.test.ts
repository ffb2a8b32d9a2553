import fc from "fast-check";
import { expect, test } from "vitest";
import { decimate } from "../../../src/runs/curve.ts";

const values = fc.float64Array({ minLength: 1, maxLength: 300, noNaN: false });

test("every bucket holds the extremes and the mean of exactly its updates", () => {
  fc.assert(
    fc.property(
      values,
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 1e6 }),
      (column, buckets, first) => {
        const curve = decimate(column, first, buckets);
        expect(curve.from).toHaveLength(Math.min(buckets, column.length));
        expect(curve.from[0]).toBe(first);
        const sizes = [...curve.from].map(
          (start, index) => (curve.from[index + 1] ?? first + column.length) - start,
        );
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        for (const [index, start] of curve.from.entries()) {
          const inside = [...column.subarray(start - first, start - first + sizes[index]!)].filter(
            (one) => !Number.isNaN(one),
          );
          const isEmpty = inside.length === 0;
          expect(curve.minimum[index] === (isEmpty ? Number.NaN : Math.min(...inside)) || isEmpty).toBe(true);
          expect(curve.maximum[index] === (isEmpty ? Number.NaN : Math.max(...inside)) || isEmpty).toBe(true);
          expect(Number.isNaN(curve.minimum[index])).toBe(isEmpty);
          expect(curve.mean[index]).toEqual(inside.reduce((sum, one) => sum + one, 0) / inside.length);
        }
      },
    ),
  );
});

test("nothing gives an empty curve", () => {
  expect(decimate(new Float64Array(0), 1, 100).from).toHaveLength(0);
});
