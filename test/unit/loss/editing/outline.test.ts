import { describe, expect, test } from "vitest";
import { foldsOf } from "../../../../src/loss/editing/folding.ts";
import { outlineOf } from "../../../../src/loss/editing/outline.ts";
import { readLoss } from "../../../../src/loss/editing/reading.ts";
import { shapeHintsOf } from "../../../../src/loss/editing/shapeHints.ts";
import { tokensOf } from "../../../../src/loss/editing/tokens.ts";

const text = `# one
# two
beta = 1e-2  # weight
p = where(done,
          softmax(logits, 1)[:, 0], 1)
loss = -(p * log π(a|s)).sum() - beta * entropy.sum()
`;

test("the outline names every line with its shape or number, and the result", () => {
  expect(outlineOf(readLoss(text)).map(({ name, kind, detail }) => [name, kind, detail])).toEqual([
    ["beta", "number", "1e-2"],
    ["p", "value", "[T]"],
    ["loss", "result", "scalar"],
  ]);
});

test("the outline holds update rules, and lines that stand beside one that is broken", () => {
  const broken = "w = r\nx = (\ntheta += w * grad(log_pi)";
  expect(outlineOf(readLoss(broken)).map(({ name, kind }) => [name, kind])).toEqual([
    ["w", "result"],
    ["theta += w * grad(log_pi)", "rule"],
  ]);
});

test("comments of several lines and statements of several lines fold", () => {
  expect(foldsOf(readLoss(text))).toEqual([
    { first: 0, last: 1, kind: "comment" },
    { first: 3, last: 4, kind: "statement" },
  ]);
});

test("shapes stand behind the code and before a comment; bare numbers have none", () => {
  const hints = shapeHintsOf(readLoss("beta = 2\nw = r * beta   # c\nloss = (w * log_pi).sum()"));
  expect(hints).toEqual([
    { offset: "beta = 2\nw = r * beta".length, text: "[T]" },
    { offset: "beta = 2\nw = r * beta   # c\nloss = (w * log_pi).sum()".length, text: "scalar" },
  ]);
});

describe("the meaning of words", () => {
  const meanings = (source: string) =>
    tokensOf(readLoss(source)).map(({ start, end, meaning }) => [source.slice(start, end), meaning]);

  test.each([
    ["log π(a|s)", "head"],
    ["done", "data"],
    ["logits", "head"],
    ["where", "operator"],
    ["1e-2", "slider"],
    ["1", "number"],
    ["# weight", "comment"],
    ["-", "sign"],
  ])("of %j is %s", (word, meaning) => {
    expect(meanings(text)).toContainEqual([word, meaning]);
  });

  test("of data that a line defines anew is a definition from the next line on", () => {
    const found = meanings("r = r * 2\nloss = (r * log_pi).sum()").filter(([word]) => word === "r");
    expect(found.map(([, meaning]) => meaning)).toEqual(["declaration", "data", "definition"]);
  });

  test("of another spelling is that of the name it stands for", () => {
    expect(meanings("loss = (log_probs * rewards).sum()")).toEqual(
      expect.arrayContaining([
        ["log_probs", "head"],
        ["rewards", "data"],
      ]),
    );
  });

  test("of modules, keywords and constants is told apart", () => {
    expect(meanings("x = torch.nn.functional.mse_loss(V, r, reduction='sum', y=None)")).toEqual(
      expect.arrayContaining([
        ["torch", "module"],
        ["functional", "module"],
        ["mse_loss", "operator"],
        ["reduction", "parameter"],
        ["'sum'", "text"],
        ["None", "constant"],
      ]),
    );
  });
});
