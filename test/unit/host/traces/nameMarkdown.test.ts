import { describe, expect, test } from "vitest";
import { ageWords, nameMarkdown, nameText } from "../../../../src/host/traces/nameMarkdown.ts";
import type { RecordedNameView } from "../../../../src/protocol/traceViews.ts";
import type { StatisticsView } from "../../../../src/protocol/views.ts";

const statistics: StatisticsView = {
  count: 3,
  minimum: -2,
  mean: 1,
  maximum: 4,
  deviation: 3,
  notANumber: 0,
  infinite: 0,
  sparkline: "▁▄█",
  first: [-2, 1, 4],
};
const name: RecordedNameView = {
  name: "log_prob",
  isWatched: false,
  source: { file: "/home/a/train.py", line: 93 },
  update: 12,
  shape: [3],
  value: statistics,
  gradient: { ...statistics, minimum: -0.5 },
};
const recording = { word: "log_probs", trace: "run.pgtrace", age: 185_000, isOutdated: false };

describe("a hover over a recorded name", () => {
  const text = nameText(name, recording);

  test("tells shape, statistics, sparkline, values and gradient", () => {
    expect(text).toContain("log_probs   [3] · recorded as log_prob");
    expect(text).toContain("min −2   mean 1   max 4   std 3   NaN 0   Inf 0");
    expect(text).toContain("▁▄█");
    expect(text).toContain("t = 0: −2  1  4");
    expect(text).toContain("∂loss/∂log_probs:   min −0.5");
  });

  test("tells from which update, when, which trace and line", () => {
    expect(text).toContain("update 12 · 3 minutes ago · run.pgtrace · train.py:93");
  });

  test("tells that the script has changed since", () => {
    expect(text).not.toContain("changed");
    expect(nameText(name, { ...recording, isOutdated: true })).toContain("The script has changed since.");
  });

  test("keeps a trace's own Markdown inside its block", () => {
    const hostile = { ...name, source: { file: "```\n[x](command:y)", line: 1 } };
    const markdown = nameMarkdown(hostile, recording);
    const fence = /^`+/.exec(markdown)![0];
    expect(fence.length).toBeGreaterThan(3);
    expect(markdown.endsWith(fence)).toBe(true);
  });
});

test.each([
  [400, "just now"],
  [1000, "1 second ago"],
  [119_000, "1 minute ago"],
  [7_200_000, "2 hours ago"],
  [172_800_000, "2 days ago"],
  [-5, "just now"],
])("%d milliseconds are %s", (age, words) => {
  expect(ageWords(age)).toBe(words);
});
