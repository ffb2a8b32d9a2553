import { describe, expect, test } from "vitest";
import { barLengths, barsInWords, cellText } from "../../../../webview/steps/cells.ts";
import { nextSort } from "../../../../webview/steps/header.ts";
import type { TableColumn } from "../../../../webview/steps/layout.ts";
import type { PlacedRow } from "../../../../webview/steps/pages.ts";

const single = (kind: TableColumn["kind"], name: string): TableColumn => ({
  key: name,
  label: name,
  description: "",
  kind,
  names: [name],
  parts: [],
});
const bars: TableColumn = {
  ...single("bars", "dlogit"),
  names: ["dlogit[0]", "dlogit[1]"],
  parts: ["left", "right"],
};
const row: PlacedRow = {
  stale: false,
  index: 1,
  page: {
    start: 0,
    rows: Float64Array.of(0, 1),
    columns: {
      action: Float64Array.of(0, 1),
      G: Float64Array.of(1, 88.70612),
      share: Float64Array.of(0, 0.1637),
      reward: Float64Array.of(1, 1),
      terminated: Float64Array.of(0, 1),
      "dlogit[0]": Float64Array.of(0, -57.4847),
      "dlogit[1]": Float64Array.of(0, 114.9694),
    },
  },
};
const context = {
  actionNames: ["left", "right"],
  extents: {
    G: { largest: 91.7, whole: false },
    reward: { largest: 1, whole: true },
    "dlogit[0]": { largest: 60, whole: false },
    "dlogit[1]": { largest: 114.9694, whole: false },
  },
};

describe("a cell", () => {
  test.each([
    ["number", "G", "88.706"],
    ["number", "reward", "1"],
    ["percent", "share", "16.37 %"],
    ["action", "action", "right"],
    ["flag", "terminated", "yes"],
    ["number", "absent", ""],
  ] as const)("of kind %s shows column %s as %s", (kind, name, text) => {
    expect(cellText(single(kind, name), row, context)).toBe(text);
  });

  test("draws the outputs' gradients against the largest of them all", () => {
    expect(barLengths(bars, row, context)).toEqual([expect.closeTo(-0.5, 6), 1]);
  });

  test("says its bars in words", () => {
    expect(barsInWords(bars, row)).toBe("left −57.4847, right 114.9694");
  });

  test("draws nothing for what is no number", () => {
    const broken = {
      ...row,
      page: { ...row.page, columns: { "dlogit[0]": Float64Array.of(0, Number.NaN) } },
    };
    expect(barLengths(bars, broken, context)).toEqual([0, 0]);
  });
});

describe("a click on a column's name", () => {
  test("sorts down, then up, then not at all", () => {
    const down = nextSort(null, "G");
    const up = nextSort(down, "G");
    expect([down, up, nextSort(up, "G")]).toEqual([
      { column: "G", descending: true },
      { column: "G", descending: false },
      null,
    ]);
  });

  test("starts anew on another column", () => {
    expect(nextSort({ column: "G", descending: false }, "share")).toEqual({
      column: "share",
      descending: true,
    });
  });
});
