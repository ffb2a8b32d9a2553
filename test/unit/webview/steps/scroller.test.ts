import { fc, test } from "@fast-check/vitest";
import { describe, expect, test as plain } from "vitest";
import {
  clampPosition,
  extent,
  type Geometry,
  positionOfThumb,
  reveal,
  rowAfterKey,
  rowsPerPage,
  thumbAt,
  windowAt,
} from "../../../../webview/steps/scroller.ts";

const geometries: fc.Arbitrary<Geometry> = fc.record({
  rows: fc.integer({ min: 1, max: 1_000_000 }),
  rowHeight: fc.integer({ min: 16, max: 40 }),
  viewport: fc.integer({ min: 1, max: 2_000 }),
});
const share = fc.double({ min: 0, max: 1, noNaN: true });
const positions = fc.tuple(geometries, share).map(([geometry, part]) => {
  return { geometry, position: clampPosition(geometry, part * extent(geometry)) };
});
const shortest = 24;

describe("the window of rows", () => {
  test.prop([positions])("covers every pixel that has a row", ({ geometry, position }) => {
    const { first, end, offset } = windowAt(geometry, position);
    const bottom = offset + (end - first) * geometry.rowHeight;
    expect(offset).toBeLessThanOrEqual(0);
    expect(offset).toBeGreaterThan(-geometry.rowHeight);
    expect(bottom).toBeGreaterThanOrEqual(Math.min(geometry.viewport, geometry.rows * geometry.rowHeight));
  });

  test.prop([positions])("holds no row that is out of sight", ({ geometry, position }) => {
    const { first, end } = windowAt(geometry, position);
    expect(first).toBeGreaterThanOrEqual(0);
    expect(end).toBeLessThanOrEqual(geometry.rows);
    expect((end - 1) * geometry.rowHeight).toBeLessThan(position + geometry.viewport);
  });

  test.prop([geometries])("shows the very last row whole at the end", (geometry) => {
    const { end, first, offset } = windowAt(geometry, extent(geometry));
    expect(end).toBe(geometry.rows);
    const bottom = offset + (end - first) * geometry.rowHeight;
    expect(bottom).toBe(Math.min(geometry.viewport, geometry.rows * geometry.rowHeight));
  });

  plain("is empty where there are no rows", () => {
    expect(windowAt({ rows: 0, rowHeight: 22, viewport: 400 }, 0)).toMatchObject({ first: 0, end: 0 });
  });
});

describe("the thumb", () => {
  test.prop([positions, fc.integer({ min: 100, max: 2_000 })])(
    "stays on its track and is long enough to hold",
    ({ geometry, position }, track) => {
      const { start, length } = thumbAt(geometry, position, track, shortest);
      expect(length).toBeGreaterThanOrEqual(shortest);
      expect(start).toBeGreaterThanOrEqual(0);
      expect(start + length).toBeLessThanOrEqual(track + 1e-9);
    },
  );

  test.prop([positions, fc.integer({ min: 100, max: 2_000 })])(
    "leads back to the position that it shows",
    ({ geometry, position }, track) => {
      fc.pre(thumbAt(geometry, position, track, shortest).length < track);
      const { start } = thumbAt(geometry, position, track, shortest);
      expect(Math.abs(positionOfThumb(geometry, start, track, shortest) - position)).toBeLessThanOrEqual(1);
    },
  );

  plain("reaches both ends of a million rows", () => {
    const geometry = { rows: 1_000_000, rowHeight: 22, viewport: 440 };
    expect(positionOfThumb(geometry, 0, 400, shortest)).toBe(0);
    expect(positionOfThumb(geometry, 400 - shortest, 400, shortest)).toBe(22_000_000 - 440);
  });
});

describe("revealing a row", () => {
  test.prop([positions, share])(
    "brings it wholly into view where it fits",
    ({ geometry, position }, part) => {
      fc.pre(geometry.viewport >= geometry.rowHeight);
      const row = Math.floor(part * (geometry.rows - 1));
      const top = row * geometry.rowHeight - reveal(geometry, position, row);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(top + geometry.rowHeight).toBeLessThanOrEqual(geometry.viewport);
    },
  );

  test.prop([positions])("does not move for a row that is in view", ({ geometry, position }) => {
    const { first, end, offset } = windowAt(geometry, position);
    const row = offset < 0 ? first + 1 : first;
    const isWhole = (row - first + 1) * geometry.rowHeight + offset <= geometry.viewport;
    fc.pre(row < end && isWhole);
    expect(reveal(geometry, position, row)).toBe(position);
  });
});

describe("a key", () => {
  const geometry = { rows: 1_000, rowHeight: 20, viewport: 210 };

  plain.each([
    ["ArrowDown", 6],
    ["ArrowUp", 4],
    ["PageDown", 15],
    ["PageUp", 0],
    ["Home", 0],
    ["End", 999],
  ])("%s leads from row 5 to row %i", (key, row) => {
    expect(rowAfterKey(geometry, 5, key)).toBe(row);
  });

  plain("that means nothing leads nowhere", () => {
    expect(rowAfterKey(geometry, 5, "constructor")).toBeNull();
  });

  test.prop([
    geometries,
    share,
    fc.constantFrom("ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"),
  ])("never leads out of the table", (any, part, key) => {
    const row = rowAfterKey(any, Math.floor(part * (any.rows - 1)), key);
    expect(row).toBeGreaterThanOrEqual(0);
    expect(row).toBeLessThan(any.rows);
  });

  test.prop([geometries])("moves by at least one row a page", (any) => {
    expect(rowsPerPage(any)).toBeGreaterThanOrEqual(1);
  });
});
