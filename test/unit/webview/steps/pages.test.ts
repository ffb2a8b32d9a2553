import { describe, expect, test } from "vitest";
import { type Page, PageCache, rowsInPage } from "../../../../webview/steps/pages.ts";

function page(start: number, first: number, length = rowsInPage): Page {
  return { start, rows: Float64Array.from({ length }, (_, i) => first + i), columns: {} };
}

function stepAt(cache: PageCache, row: number): number | undefined {
  const placed = cache.row(row);
  return placed === null ? undefined : placed.page.rows[placed.index];
}

describe("the page cache", () => {
  test("finds a row in the page that holds it", () => {
    const cache = new PageCache();
    cache.turnTo("a");
    cache.put("a", page(rowsInPage, 1_000));
    expect(stepAt(cache, rowsInPage + 3)).toBe(1_003);
    expect(cache.row(3)).toBeNull();
  });

  test("has no row past the end of a short last page", () => {
    const cache = new PageCache();
    cache.turnTo("a");
    cache.put("a", page(0, 0, 10));
    expect(stepAt(cache, 9)).toBe(9);
    expect(cache.row(10)).toBeNull();
  });

  test("lets the numbers of before stand in until the new ones come", () => {
    const cache = new PageCache();
    cache.turnTo("a");
    cache.put("a", page(0, 0));
    cache.turnTo("b");
    expect(cache.row(5)).toMatchObject({ stale: true });
    cache.put("b", page(0, 500));
    expect(cache.row(5)).toMatchObject({ stale: false });
    expect(stepAt(cache, 5)).toBe(505);
  });

  test("shows a page that came too late rather than an older one, and still waits for its successor", () => {
    const cache = new PageCache();
    cache.turnTo("a");
    cache.put("a", page(0, 0));
    cache.turnTo("b");
    cache.turnTo("c");
    cache.put("b", page(0, 100));
    expect(stepAt(cache, 0)).toBe(100);
    expect(cache.missing(0, 10)).toEqual([0]);
  });

  test("keeps its stand-ins when the numbers change twice before any come", () => {
    const cache = new PageCache();
    cache.turnTo("a");
    cache.put("a", page(0, 0));
    cache.turnTo("b");
    cache.turnTo("c");
    expect(stepAt(cache, 7)).toBe(7);
  });

  test("names the missing pages of a stretch of rows, the middle one first", () => {
    const cache = new PageCache();
    cache.turnTo("a");
    const starts = cache.missing(rowsInPage - 1, 3 * rowsInPage + 1);
    expect([...starts].sort((a, b) => a - b)).toEqual([0, 1, 2, 3].map((n) => n * rowsInPage));
    expect([1, 2]).toContain(starts[0]! / rowsInPage);
    cache.put("a", page(rowsInPage, 0));
    expect(cache.missing(rowsInPage, 2 * rowsInPage)).toEqual([]);
  });

  test("forgets the oldest pages of a long way through a long table", () => {
    const cache = new PageCache();
    cache.turnTo("a");
    for (let n = 0; n < 100; n++) cache.put("a", page(n * rowsInPage, n));
    expect(cache.row(0)).toBeNull();
    expect(stepAt(cache, 99 * rowsInPage)).toBe(99);
  });
});
