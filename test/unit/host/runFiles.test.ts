import fc from "fast-check";
import { expect, test } from "vitest";
import { freeName, runFileName, runsBeyondCap } from "../../../src/host/training/runFiles.ts";
import { runListing } from "./runViews.ts";

test("a run's file is named after what it trains", () => {
  expect(runFileName("CartPole-v1", "reinforce", 7)).toBe("CartPole-v1-reinforce-seed7.pgrun");
});

test("no environment's name leads out of the folder or hides the file", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (environment, algorithm) => {
      expect(runFileName(environment, algorithm, 1)).toMatch(/^[\w][\w.-]*\.pgrun$/);
    }),
  );
});

test("a name that is taken gets the next number", () => {
  expect(freeName("a.pgrun", ["a.pgrun", "a-2.pgrun"])).toBe("a-3.pgrun");
  expect(freeName("b.pgrun", ["a.pgrun", "ab.pgrun"])).toBe("b.pgrun");
});

test("a lock or a journal takes the name as the run itself does", () => {
  expect(freeName("a.pgrun", ["a.pgrun.lock"])).toBe("a-2.pgrun");
  expect(freeName("a.pgrun", ["a.pgrun-wal"])).toBe("a-2.pgrun");
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
