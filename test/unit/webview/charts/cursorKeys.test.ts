import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { cursorAfterKey } from "../../../../webview/charts/cursorKeys.ts";

test.each([
  ["ArrowRight", 51],
  ["ArrowLeft", 49],
  ["PageUp", 60],
  ["PageDown", 40],
  ["Home", 1],
  ["End", 101],
  ["a", null],
  ["toString", null],
] as const)("%s leads from 50 of 1 to 101 to %s", (key, place) => {
  expect(cursorAfterKey(key, 50, 1, 101)).toBe(place);
});

property.prop([
  fc.constantFrom("ArrowRight", "ArrowLeft", "PageUp", "PageDown", "Home", "End"),
  fc.integer({ min: 0, max: 1e6 }),
  fc.integer({ min: 0, max: 1e6 }),
])("a key never leads past the ends", (key, at, last) => {
  const place = cursorAfterKey(key, Math.min(at, last), 0, last);
  expect(place).toBeGreaterThanOrEqual(0);
  expect(place).toBeLessThanOrEqual(last);
});
