import fc from "fast-check";
import { expect, test } from "vitest";
import {
  escapeMarkdown,
  fenced,
  formatNumber,
  nodeMarkdown,
  nodeText,
} from "../../../src/host/language/nodeMarkdown.ts";
import type { NodeView, StatisticsView } from "../../../src/protocol/views.ts";

const statistics: StatisticsView = {
  count: 248,
  minimum: -2.5187,
  mean: -0.4123,
  maximum: -0.0181,
  deviation: 0.39123,
  notANumber: 0,
  infinite: 0,
  sparkline: "▁▇█▆▂",
  first: [-0.9281, -0.1212, -0.0931],
};
const node: NodeView = {
  start: 0,
  end: 6,
  text: "log_pi",
  shape: [248],
  symbolicShape: "per step",
  kind: "head of the policy (differentiable)",
  documentation: "ln π(a|s) of the action taken.",
  value: statistics,
  adjoint: { ...statistics, minimum: -91.73, mean: -28.12, maximum: -1, deviation: 25, sparkline: "▁▂▃" },
  where: "update 541, CartPole-v1, seed 7",
};

test("a column shows shape, statistics, sparkline, first values, adjoint and where it is from", () => {
  expect(nodeText(node).split("\n")).toEqual([
    "log_pi   [248] per step · head of the policy (differentiable)",
    "min −2.519   mean −0.4123   max −0.0181   std 0.3912   NaN 0   Inf 0",
    "▁▇█▆▂",
    "t = 0: −0.9281  −0.1212  −0.0931 …",
    "∂loss/∂log_pi = −c:   min −91.73   mean −28.12   max −1   std 25   NaN 0   Inf 0",
    "▁▂▃",
    "update 541, CartPole-v1, seed 7",
  ]);
});

test("a scalar shows its value alone", () => {
  const scalar: NodeView = {
    ...node,
    text: "gamma",
    shape: [],
    symbolicShape: "scalar",
    value: { ...statistics, count: 1, first: [0.99] },
    adjoint: null,
  };
  expect(nodeText(scalar).split("\n").slice(0, 2)).toEqual([
    "gamma   scalar · head of the policy (differentiable)",
    "0.99",
  ]);
});

test("an empty value says that it is empty", () => {
  const empty = { ...statistics, count: 0, first: [] };
  expect(nodeText({ ...node, value: empty, adjoint: null })).toContain("\nempty\n");
});

test("a long expression is cut to one short line", () => {
  const text = `normalize(\n${"discounted_returns(r, gamma) + ".repeat(5)}1)`;
  const [first = ""] = nodeText({ ...node, text }).split("\n");
  expect(first.length).toBeLessThan(130);
});

test("the documentation stands below the block, escaped", () => {
  expect(nodeMarkdown(node)).toMatch(/\n```\n\nln π\\\(a\\\|s\\\) of the action taken\\\.$/);
});

test("no text can end the block that it stands in", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("`", "a", "\n", "~") }), (text) => {
      const block = fenced(text).split("\n");
      const fence = block.at(-1)!;
      expect(block.slice(1, -1).some((line) => line.includes(fence))).toBe(false);
    }),
  );
});

test("escaped text holds no link, image or command", () => {
  expect(escapeMarkdown("[run](command:x) ![](http://x)")).toBe(
    "\\[run\\]\\(command:x\\) \\!\\[\\]\\(http://x\\)",
  );
});

test.each([
  [0, "0"],
  [-0.5, "−0.5"],
  [123456.7, "123500"],
  [1.5e-7, "1.500e−7"],
  [-2.25e9, "−2.250e+9"],
  [Number.NaN, "NaN"],
  [Number.NEGATIVE_INFINITY, "−Infinity"],
])("%d is written %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});
