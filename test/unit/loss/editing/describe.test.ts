import { expect, test } from "vitest";
import { documentationMarkdown } from "../../../../src/host/language/nodeMarkdown.ts";
import { describeAt } from "../../../../src/loss/editing/describe.ts";
import { readLoss } from "../../../../src/loss/editing/reading.ts";

const describeIn = (source: string, offset: number) => describeAt(readLoss(source), offset);
const text = `# book style
G = discounted_returns(r, γ)
loss = -(γ**t * G.detach() * logp).sum()
`;
const at = (word: string, place = 0) => describeIn(text, text.indexOf(word, place));

test.each([
  ["G =", { text: "G", shape: "[T]", kind: "defined here" }],
  [
    "discounted_returns",
    { text: "discounted_returns(r, γ)", shape: "[T]", kind: "sequence operator discounted_returns" },
  ],
  ["r, γ", { text: "r", shape: "[T]", kind: "data of the update (constant)" }],
  ["γ)", { text: "γ", shape: "scalar" }],
  ["**", { text: "γ**t", shape: "[T]" }],
  ["detach", { text: "G.detach()", shape: "[T]" }],
  ["sum()", { shape: "scalar", kind: "reduction operator sum" }],
])("at %j stands %j", (word, expected) => {
  expect(at(word)).toMatchObject(expected);
});

test("another spelling is described as the name it stands for", () => {
  expect(at("logp")).toMatchObject({
    kind: "head of the policy (differentiable)",
    documentation: expect.stringMatching(/^Another spelling of log_pi\. /),
  });
});

test("a name that the text defines is described by its line", () => {
  expect(at("G.detach")).toMatchObject({
    text: "G",
    kind: "defined in this text",
    documentation: "G = discounted_returns(r, γ)",
  });
});

test("there is nothing to describe in a comment, past the end, or in a text that cannot be parsed", () => {
  expect(at("book")).toBeUndefined();
  expect(describeIn(text, text.length)).toBeUndefined();
  expect(describeIn("loss = (", 0)).toBeUndefined();
});

test("without fitting shapes there is still the documentation", () => {
  const broken = "loss = foo * log_pi";
  expect(describeIn(broken, broken.indexOf("log_pi"))).toMatchObject({ shape: "", text: "log_pi" });
});

test("the documentation names shape and kind, and says how to get values", () => {
  const markdown = documentationMarkdown(at("logp")!, "Run Train REINFORCE.");
  expect(markdown).toMatch(/^```text\nlogp {3}\[T\] · head of the policy \(differentiable\)\n```/);
  expect(markdown).toMatch(/Run Train REINFORCE\\\.$/);
});
