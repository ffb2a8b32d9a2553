import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { perStepTerms } from "../../../src/loss/terms.ts";
import { compiled, type Data, evaluated } from "../../util/lossProgram.ts";

const DATA: Data = {
  r: [1, -2, 0.5],
  t: [0, 1, 2],
  log_pi: [-0.5, -1, -0.25],
  entropy: [0.1, 0.7, 0.3],
  V: [0.5, 1, -1],
  logits: [
    [1, 2],
    [0, -1],
    [3, 0.5],
  ],
  a: [0, 1, 1],
  gamma: 0.9,
};

function split(text: string, data: Data = DATA) {
  const result = perStepTerms(compiled(text, data), evaluated(text, data));
  if (!result.ok) throw new Error(result.why);
  return result;
}

describe("a loss that is a sum over steps", () => {
  test("is exactly its steps where only a sign was distributed", () => {
    const text = "-(gamma**t * r * log_pi).sum()";
    const { terms, total, rest, residual } = split(text);
    expect(terms.map((term) => [term.text, term.scale])).toEqual([["gamma**t * r * log_pi", -1]]);
    expect(terms[0]!.values).toEqual(total);
    expect(rest).toEqual([]);
    expect(residual).toBe(0);
  });

  test("shows each additive term with its factor", () => {
    const text = "beta = 0.01\nloss = -(r * log_pi).mean() - beta * entropy.sum() + 2";
    const { terms, rest, total } = split(text);
    expect(terms.map((term) => [term.text, term.scale])).toEqual([
      ["r * log_pi", -1 / 3],
      ["entropy", -0.01],
    ]);
    expect(rest.map(({ value, why }) => [value, why])).toEqual([[2, "it is one number"]]);
    for (let t = 0; t < 3; t++) expect(total[t]).toBeCloseTo(terms[0]!.values[t]! + terms[1]!.values[t]!, 15);
  });

  test("distributes over + and - inside the sum", () => {
    const { terms } = split("(-(r * log_pi) - 0.5 * entropy + V / 4 - 1).sum()");
    expect(terms.map((term) => [term.text, term.scale])).toEqual([
      ["r * log_pi", -1],
      ["entropy", -0.5],
      ["V", 0.25],
      ["1", -1],
    ]);
    expect(Array.from(terms[3]!.values)).toEqual([-1, -1, -1]);
  });

  test.each([
    ["F.mse_loss(V, r)", 1 / 3],
    ["F.smooth_l1_loss(V, r, reduction='sum')", 1],
    ["F.cross_entropy(logits, a)", 1 / 3],
    ["torch.dot(r, log_pi)", 1],
    ["r @ log_pi", 1],
    ["(softmax(logits, 1) * logits).sum()", 1],
  ])("%s is taken apart", (text, scale) => {
    const { terms, residual, rest } = split(text);
    expect(terms.map((term) => [term.text, term.scale])).toEqual([[text, scale]]);
    expect(rest).toEqual([]);
    expect(Math.abs(residual)).toBeLessThan(1e-15);
  });

  test("a column that is the loss itself counts as its sum", () => {
    expect(Array.from(split("-log_pi * r").total)).toEqual([0.5, -2, 0.125]);
  });

  test("a name used twice counts twice, however often it was doubled", () => {
    const lines = Array.from({ length: 60 }, (_, line) => `x${line + 1} = x${line} + x${line}`).join("\n");
    const { terms } = split(`x0 = (r * log_pi).sum()\n${lines}`);
    expect(terms.map(({ scale }) => scale)).toEqual([2 ** 60]);
  });
});

describe("a loss that is not", () => {
  test.each([
    ["r.std()", "std is no sum over steps"],
    ["r.sum() * V.sum()", "it is a product of two sums over steps"],
    ["(r[1:] * V[:-1]).sum()", "it runs over [2], not over the 3 steps"],
    ["1 / r.sum()", "it is divided by a sum over steps"],
    ["(r[:, None] * V[None, :])", "it runs over [3, 3], not over the 3 steps"],
  ])("%s says why", (text, why) => {
    expect(perStepTerms(compiled(text, DATA), evaluated(text, DATA))).toEqual({ ok: false, why });
  });

  test("keeps what cannot be distributed in the rest", () => {
    const { rest, sum, residual } = split("-(r * log_pi).sum() + 0.5 * V[-1] ** 2 - r.std()");
    expect(rest.map((part) => part.text)).toEqual(["0.5 * V[-1] ** 2", "r.std()"]);
    expect(sum + residual).toBe(evaluated("-(r * log_pi).sum() + 0.5 * V[-1] ** 2 - r.std()", DATA).value);
    expect(Math.abs(residual)).toBeLessThan(1e-15);
  });
});

test("terms and rest add up to any loss made of sums", () => {
  const column = fc.constantFrom(
    "r",
    "log_pi",
    "V",
    "r * log_pi",
    "(r - 2 * V)",
    "-entropy",
    "r / 3",
    "(r + 1)",
  );
  const sum = fc.tuple(fc.constantFrom("sum", "mean"), column).map(([name, text]) => `(${text}).${name}()`);
  const scalar = fc.oneof(sum, sum, fc.constantFrom("r.std()", "gamma", "V[0]", "2"));
  const loss = fc
    .array(fc.tuple(fc.constantFrom("+", "-"), fc.constantFrom("", "0.3 * ", "-", "gamma * "), scalar), {
      minLength: 1,
      maxLength: 6,
    })
    .map((parts) => `r.sum() ${parts.map((part) => part.join(" ")).join(" ")}`);
  fc.assert(
    fc.property(loss, (text) => {
      const { sum: total, residual, terms, rest, total: column } = split(text);
      const { value } = evaluated(text, DATA);
      expect(Math.abs(residual)).toBeLessThan(1e-13);
      expect(total + residual).toBeCloseTo(value, 12);
      const fromTerms = terms.flatMap(({ values }) => [...values]).reduce((a, b) => a + b, 0);
      const fromRest = rest.reduce((a, part) => a + part.value, 0);
      expect(fromTerms + fromRest).toBeCloseTo(value, 12);
      expect(column.reduce((a, b) => a + b, 0) + fromRest).toBeCloseTo(value, 12);
    }),
    { numRuns: 300, seed: 4 },
  );
});
