import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  decimalsFor,
  formatCount,
  formatExact,
  formatFixed,
  formatNumber,
  formatRate,
  formatShape,
  formatSigned,
} from "../../../webview/format.ts";

describe("a number on screen", () => {
  test.each([
    [88.70612, "88.71"],
    [-2.16218, "−2.162"],
    [0, "0"],
    [1, "1"],
    [2.3456e-16, "2.35e−16"],
    [12_345_678.9, "1.23e7"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("%d is written %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  property.prop([fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e5, max: 1e5 })])(
    "is right to three digits",
    (value) => {
      const read = Number(formatNumber(value).replaceAll("−", "-"));
      expect(Math.abs(read - value)).toBeLessThanOrEqual(Math.abs(value) * 6e-3);
    },
  );

  property.prop([fc.double({ noNaN: true, noDefaultInfinity: true })])(
    "can be had with every digit",
    (value) => {
      expect(Number(formatExact(value).replaceAll("−", "-"))).toBe(value === 0 ? 0 : value);
    },
  );

  test("shows a plus where it is above zero", () => {
    expect([57.4847, -57.4847, 0].map((value) => formatSigned(value))).toEqual(["+57.48", "−57.48", "0"]);
  });

  test("lines up in a column", () => {
    expect([91.73, 7.5].map((value) => formatFixed(value, decimalsFor(91.73)))).toEqual(["91.730", "7.500"]);
    expect(decimalsFor(0.5)).toBe(4);
    expect(decimalsFor(123_456)).toBe(0);
    expect(decimalsFor(undefined)).toBe(4);
  });
});

test("counts have thin spaces between thousands", () => {
  expect([7, 1_000, 1_000_000].map(formatCount)).toEqual(["7", "1 000", "1 000 000"]);
});

test("rates are written in their own size", () => {
  expect([640, 5_200, 412_000].map(formatRate)).toEqual(["640", "5.2 k", "0.41 M"]);
});

test("shapes are written as people do", () => {
  expect([[], [248], [248, 2]].map(formatShape)).toEqual(["scalar", "[248]", "[248, 2]"]);
});
