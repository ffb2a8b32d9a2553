import { expect, test } from "vitest";
import {
  actionSize,
  type BoxSpace,
  clippedActionWords,
  dimensionsOutside,
  outputCount,
} from "../../../src/environments/spaces.ts";

const box: BoxSpace = { kind: "box", low: [-1, 0], high: [1, Number.POSITIVE_INFINITY], names: ["x", "y"] };
const choice = { kind: "discrete", n: 3, names: ["a", "b", "c"] } as const;

test("a choice takes one number and one output per action, a box one of each per dimension", () => {
  expect([actionSize(choice), outputCount(choice)]).toEqual([1, 3]);
  expect([actionSize(box), outputCount(box)]).toEqual([2, 2]);
});

test("the dimensions of an action beyond its bounds are told", () => {
  expect(dimensionsOutside(box, [0, 5])).toEqual([]);
  expect(dimensionsOutside(box, [9, 9, 1.01, -0.1], 2)).toEqual([0, 1]);
  expect(dimensionsOutside(choice, [7])).toEqual([]);
});

test("an action beyond its bounds is said to be, with what it counts as", () => {
  expect(clippedActionWords(box, [0.5, 3])).toBe("");
  expect(clippedActionWords(box, [9, 1.25, -0.5], 1)).toBe(
    "x 1.25 lies beyond its bounds and counts as 1; y -0.5 lies beyond its bounds and counts as 0.",
  );
  expect(clippedActionWords(choice, [2])).toBe("");
});
