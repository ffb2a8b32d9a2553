import fc from "fast-check";
import { expect, test } from "vitest";
import { freeName, runFileName, runsBeyondCap } from "../../../src/host/training/runFiles.ts";
import { runListing } from "./runViews.ts";

test("a run's file is named after what it trains and when it began", () => {
  const begun = new Date("2026-01-31T14:05:09.123Z");
  expect(runFileName("CartPole-v1", 7, begun)).toBe("CartPole-v1 seed 7 2026-01-31 14.05.09.pgrun");
});

test("no environment's name leads out of the folder", () => {
  fc.assert(
    fc.property(fc.string(), (environment) => {
      expect(runFileName(environment, 1, new Date(0))).not.toMatch(/[\\/:]/);
    }),
  );
});

test("a name that is taken gets the next number", () => {
  const taken = new Set(["a.pgrun", "a 2.pgrun"]);
  expect(freeName("a.pgrun", (name) => taken.has(name))).toBe("a 3.pgrun");
  expect(freeName("b.pgrun", (name) => taken.has(name))).toBe("b.pgrun");
});

const old = runListing({ path: "/old", modified: 1, bytes: 400 });
const middle = runListing({ path: "/middle", modified: 2, bytes: 300 });
const young = runListing({ path: "/young", modified: 3, bytes: 200 });

test("the oldest runs go first, and only as many as must", () => {
  expect(runsBeyondCap([young, old, middle], 500).map(({ path }) => path)).toEqual(["/old"]);
  expect(runsBeyondCap([young, old, middle], 250).map(({ path }) => path)).toEqual(["/old", "/middle"]);
});

test("nothing goes below the cap, and nothing without a cap", () => {
  expect(runsBeyondCap([old, middle, young], 900)).toEqual([]);
  expect(runsBeyondCap([old, middle, young], 0)).toEqual([]);
});

test("runs being written, with pinned updates or unreadable never go", () => {
  const kept = [
    { ...old, beingWritten: true },
    { ...middle, pinned: [{ update: 3, label: "" }] },
    { ...young, error: "not a run" },
  ];
  expect(runsBeyondCap(kept, 1)).toEqual([]);
});
