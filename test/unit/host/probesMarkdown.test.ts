import { expect, test } from "vitest";
import { testLossOnProbes } from "../../../src/engine/probes/testLoss.ts";
import { probesMarkdown } from "../../../src/host/commands/probesMarkdown.ts";

test("the document gives the verdict, the loss, and every probe with what is wrong", () => {
  const text = probesMarkdown(testLossOnProbes("loss = -(r * log_pi).sum()"));
  expect(text).toContain("1 of 6 probes fail.");
  expect(text).toContain("```pgloss\nloss = -(r * log_pi).sum()\n```");
  expect(text.match(/^## ✓ /gmu)).toHaveLength(5);
  expect(text.match(/^## ✗ /gmu)).toHaveLength(1);
  expect(text).toContain("**Credit: ");
});

test("a loss with backticks stays inside its block", () => {
  const view = { loss: "# ```\nloss = r.sum()", probes: [], milliseconds: 1 };
  expect(probesMarkdown(view)).toContain("````pgloss\n# ```\nloss = r.sum()\n````");
});
