import { expect, test } from "vitest";
import { suggestionsAt } from "../../../../src/loss/editing/suggestions.ts";

const namesAt = (text: string) => suggestionsAt(text, text.length).map(({ name }) => name);

test("names of data and heads and operators are offered", () => {
  expect(namesAt("loss = ")).toEqual(
    expect.arrayContaining(["log_pi", "entropy", "r", "gamma", "sum", "where"]),
  );
});

test("what the text defines is offered, also while it cannot be parsed", () => {
  expect(namesAt("G = discounted_returns(r, gamma)\nβ = 0.01\nloss = -(")).toEqual(
    expect.arrayContaining(["G", "β"]),
  );
});

test("after a dot only operators are offered", () => {
  const offered = namesAt("loss = (G * log_pi).");
  expect(offered).toEqual(expect.arrayContaining(["sum", "detach"]));
  expect(offered).not.toContain("log_pi");
});

test("after the dot of a number and in a comment nothing but that is meant", () => {
  expect(namesAt("beta = 1.")).toContain("log_pi");
  expect(namesAt("# loss with ")).toEqual([]);
  expect(namesAt("# a comment\nloss = ")).toContain("log_pi");
});

test("an operator comes with its signature, defaults included, and its formula", () => {
  const word = suggestionsAt("loss = ", 7).find(({ name }) => name === "discounted_returns");
  expect(word).toMatchObject({
    kind: "operator",
    signature: expect.stringMatching(/^discounted_returns\(r, gamma, bootstrap=0/),
    documentation: expect.stringContaining("G_t = r_t + gamma"),
  });
});

test("no word is offered twice", () => {
  const offered = namesAt("loss = ");
  expect(new Set(offered).size).toBe(offered.length);
});
