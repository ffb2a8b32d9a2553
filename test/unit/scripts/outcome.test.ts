import { describe, expect, test } from "vitest";
import {
  afterSecondRun,
  closingLine,
  fromRunner,
  type Outcome,
  skipLines,
  sum,
} from "../../../scripts/test/outcome.ts";

const outcome = (passed: number, failed: number, ...names: string[]): Outcome => ({
  passed,
  failed,
  skipped: names.map((name) => ({ name, reason: "no display" })),
});

describe("fromRunner", () => {
  test("believes a runner that passed", () => {
    expect(fromRunner(0, outcome(3, 0, "a"))).toEqual(outcome(3, 0, "a"));
  });

  test("counts the tests that a runner says have failed", () => {
    expect(fromRunner(1, outcome(3, 2))).toEqual(outcome(3, 2));
  });

  test("counts a crash after passing tests as a failure", () => {
    expect(fromRunner(139, outcome(3, 0)).failed).toBe(1);
  });

  test("counts a runner that left no report as a failure, whatever its exit code", () => {
    expect(fromRunner(0, undefined).failed).toBe(1);
  });

  test("counts a runner that found no test as a failure", () => {
    expect(fromRunner(0, outcome(0, 0)).failed).toBe(1);
  });

  test("lets a runner skip all of its tests", () => {
    expect(fromRunner(0, outcome(0, 0, "a")).failed).toBe(0);
  });
});

test("the closing line holds the sum of all suites", () => {
  expect(closingLine(sum([outcome(3, 0, "a"), outcome(4, 1), outcome(0, 0, "b")]))).toBe(
    "7 passed, 1 failed, 2 skipped",
  );
});

test("skipped tests are told by their reason", () => {
  const skipped = [...outcome(0, 0, "a", "b", "c", "d", "e").skipped, { name: "f", reason: "no compiler" }];
  expect(skipLines(skipped)).toEqual(["skipped: a; b; c and 2 more: no display", "skipped: f: no compiler"]);
});

test("a second run stands for the files that failed, and for nothing else", () => {
  const file = (name: string, passed: number, failed: number) => ({
    file: name,
    passed,
    failed,
    skipped: [],
  });
  const first = { passed: 5, failed: 1, skipped: [], files: [file("a", 3, 0), file("b", 2, 1)] };
  expect(afterSecondRun(first, { passed: 3, failed: 0, skipped: [] })).toMatchObject({
    passed: 6,
    failed: 0,
  });
  expect(afterSecondRun(first, { passed: 2, failed: 1, skipped: [] })).toMatchObject({
    passed: 5,
    failed: 1,
  });
});
