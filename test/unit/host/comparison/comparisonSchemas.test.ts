import { safeParse } from "valibot";
import { describe, expect, test } from "vitest";
import {
  checkComparisonParams,
  comparisonMemory,
} from "../../../../src/host/comparison/comparisonSchemas.ts";

const pair = { path: "/a.pgrun", update: 3, a: "x", b: "y" };
const memory = {
  paths: ["/a.pgrun", "/sweep"],
  look: { axis: "steps", metric: "averageReturn" },
  environment: null,
  hidden: ["0123456789abcdef"],
  pair: { path: null, update: null, a: "loss = 1", b: null },
};

describe("messages of the page of a comparison", () => {
  test.each([
    ["ready", { version: 1, saved: null }],
    ["ready", { version: 1, saved: memory }],
    ["look", memory.look],
    ["openRun", { path: "/a.pgrun" }],
    ["compareLosses", { ...pair, update: null }],
    ["pairRows", { ...pair, columns: ["t"], start: 0, end: 10, order: { column: "t", descending: true } }],
    ["pairSeries", { ...pair, columns: ["t"], buckets: 500 }],
  ])("%s passes where it is right", (method, params) => {
    expect(checkComparisonParams(method, params)).toBeUndefined();
  });

  test.each([
    ["ready", { version: 1, saved: { ...memory, paths: [1] } }],
    ["look", { axis: "hours", metric: "loss" }],
    ["openRun", {}],
    ["openRun", { path: "" }],
    ["openRun", { path: "x".repeat(5000) }],
    ["compareLosses", { ...pair, update: 0 }],
    ["compareLosses", { ...pair, a: "x".repeat(65_537) }],
    ["compareLosses", { ...pair, more: 1 }],
    ["pairRows", { ...pair, columns: Array(65).fill("t"), start: 0, end: 1 }],
    ["pairRows", { ...pair, columns: ["t"], start: -1, end: 1 }],
    ["pairSeries", { ...pair, columns: ["t"], buckets: 1e9 }],
    ["copy", { text: 3 }],
  ])("%s is refused where it is wrong", (method, params) => {
    expect(checkComparisonParams(method, params)).toBeTypeOf("string");
  });

  test("what a window kept is read only in its own form", () => {
    expect(safeParse(comparisonMemory, memory).success).toBe(true);
    for (const wrong of [null, {}, { ...memory, paths: Array(1001).fill("/a") }, { ...memory, look: {} }])
      expect(safeParse(comparisonMemory, wrong).success).toBe(false);
  });
});
