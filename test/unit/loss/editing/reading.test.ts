import fc from "fast-check";
import { expect, test } from "vitest";
import { readLoss } from "../../../../src/loss/editing/reading.ts";

test("a right loss has no problem of any weight", () => {
  const text = "G = discounted_returns(r, gamma)\nloss = -(gamma**t * G.detach() * log_pi).sum()\n";
  expect(readLoss(text).diagnostics).toEqual([]);
});

test.each([
  ["loss = -(G * log_pi", "error"],
  ["loss = G * log_pi", "error"],
  ["loss = foo", "error"],
  ["loss = (logp).sum()", "hint"],
  ["loss = (log_pi.unsqueeze(1) * r).sum()", "error"],
])("%j has a problem of severity %s inside the text", (text, severity) => {
  const { diagnostics } = readLoss(text);
  expect(diagnostics.map((problem) => problem.severity)).toContain(severity);
  for (const { start, end } of diagnostics) {
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end).toBeLessThanOrEqual(text.length);
    expect(start).toBeLessThanOrEqual(end);
  }
});

test("a spread over all pairs of steps comes with a fix", () => {
  const { diagnostics } = readLoss("loss = (log_pi.unsqueeze(1) * r).sum()");
  expect(diagnostics.flatMap(({ fixes }) => fixes ?? []).map(({ title }) => title)).not.toEqual([]);
});

test("no text makes the reading throw, and reading it again gives the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      expect(readLoss(text).diagnostics).toEqual(readLoss(`${text}`).diagnostics);
    }),
  );
});
