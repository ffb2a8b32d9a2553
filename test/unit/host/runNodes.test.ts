import { expect, test } from "vitest";
import { describeRun, formatBytes, runNodes, updateNodes } from "../../../src/host/runs/runNodes.ts";
import { runListing } from "./runViews.ts";

test("runs stand newest first", () => {
  const listings = [
    runListing({ path: "/a", modified: 1 }),
    runListing({ path: "/c", modified: 3 }),
    runListing({ path: "/b", modified: 2 }),
  ];
  expect(runNodes(listings).map(({ path }) => path)).toEqual(["/c", "/b", "/a"]);
});

test("pinned updates stand before kept ones, and none stands twice", () => {
  const run = runListing({
    kept: [1, 5, 9],
    pinned: [
      { update: 5, label: "first success" },
      { update: 2, label: "" },
    ],
  });
  const labels = updateNodes(run).map((node) => (node.kind === "update" ? node.label : node.kind));
  expect(labels).toEqual(["first success (update 5)", "update 2", "update 9", "update 1"]);
});

test("of many kept updates the newest are shown and the rest is counted", () => {
  const run = runListing({ kept: Array.from({ length: 60 }, (_, i) => i + 1) });
  const nodes = updateNodes(run);
  expect(nodes).toHaveLength(51);
  expect(nodes[0]).toMatchObject({ update: 60 });
  expect(nodes.at(-1)).toMatchObject({ kind: "more", count: 10 });
});

test("a run is described by what it trained, its updates and its size", () => {
  expect(describeRun(runListing())).toBe("541 updates · 1.24 MB · CartPole-v1 · REINFORCE");
  expect(describeRun(runListing({ beingWritten: true }))).toContain("being written");
});

test("an unreadable run says why", () => {
  expect(describeRun(runListing({ error: "not a run file" }))).toBe("not a run file");
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1 kB"],
  [1_234_567, "1.23 MB"],
  [5e9, "5 GB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
