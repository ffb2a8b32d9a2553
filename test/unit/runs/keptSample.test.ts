import fc from "fast-check";
import { expect, test } from "vitest";
import { type KeptEntry, thinKept } from "../../../src/runs/keptSample.ts";

interface Kept {
  readonly entries: readonly KeptEntry[];
  readonly pinned: ReadonlySet<number>;
  readonly next: number;
  readonly budget: number;
}

const kept: fc.Arbitrary<Kept> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 60 }),
    isPinned: fc.infiniteStream(fc.integer({ min: 0, max: 9 }).map((one) => one === 0)),
    isSample: fc.infiniteStream(fc.boolean()),
    budget: fc.integer({ min: 0, max: 3000 }),
  })
  .map(({ sizes, isPinned, isSample, budget }) => {
    let next = 0;
    const entries = sizes.map((bytes, index) => {
      const sample = isSample.next().value ? next++ : undefined;
      return { update: (index + 1) * 3, bytes, sample };
    });
    const pinned = new Set(entries.filter(() => isPinned.next().value).map((entry) => entry.update));
    return { entries, pinned, next, budget };
  });

test("the latest and the pinned always stay, the rest fits the budget, and what stays is evenly spread", () => {
  fc.assert(
    fc.property(kept, ({ entries, pinned, next, budget }) => {
      const { stride, dropped } = thinKept(entries, pinned, { stride: 1, next }, budget);
      const latest = entries.at(-1)!.update;
      const isGone = new Set(dropped);
      const staying = entries.filter((entry) => !isGone.has(entry.update));
      expect(isGone.has(latest)).toBe(false);
      expect(dropped.some((update) => pinned.has(update))).toBe(false);
      expect(Number.isInteger(Math.log2(stride))).toBe(true);
      const free = staying.filter((entry) => !pinned.has(entry.update));
      const others = free.filter((entry) => entry.update !== latest);
      const bytes = free.reduce((sum, entry) => sum + entry.bytes, 0);
      expect(bytes <= budget || others.length === 0).toBe(true);
      expect(others.every((entry) => entry.sample !== undefined && entry.sample % stride === 0)).toBe(true);
      expect(thinKept(staying, pinned, { stride, next }, budget)).toEqual({ stride, dropped: [] });
    }),
  );
});

test("no sample is dropped while the budget has room", () => {
  const entries = Array.from({ length: 50 }, (_, sample) => ({ update: sample + 1, bytes: 10, sample }));
  expect(thinKept(entries, new Set(), { stride: 1, next: 50 }, 500)).toEqual({ stride: 1, dropped: [] });
  expect(thinKept(entries, new Set(), { stride: 1, next: 50 }, 499).dropped).toHaveLength(24);
});
