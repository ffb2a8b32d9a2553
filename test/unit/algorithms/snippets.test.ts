import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Snippet, snippetFile } from "../../../scripts/snippets.ts";
import { algorithms } from "../../../src/algorithms/registry.ts";
import { readLoss } from "../../../src/loss/editing/reading.ts";

const snippets: Record<string, Snippet> = JSON.parse(readFileSync(snippetFile, "utf8"));

/** What the editor inserts: places filled with what they propose. */
function inserted({ body }: Snippet): string {
  return body
    .join("\n")
    .replaceAll(/\$\{\d+:((?:\\.|[^}\\])*)\}|\$\d+/gu, "$1")
    .replaceAll(/\\([\\$}])/gu, "$1");
}

describe("the snippets of loss files (npm run snippets writes them)", () => {
  test.each(algorithms)("hold $id, as it is shipped", ({ id, loss }) => {
    const snippet = Object.values(snippets).find(({ prefix }) => prefix.includes(id));
    expect(snippet && inserted(snippet)).toBe(loss.trimEnd());
  });

  test.each(Object.entries(snippets))("%s has nothing in it that is not understood", (_, snippet) => {
    const wrong = readLoss(inserted(snippet)).diagnostics.filter(({ severity }) => severity === "error");
    expect(wrong.map(({ code }) => code)).toEqual(snippet.prefix.includes("rule") ? ["update-rule"] : []);
    expect(snippet.description).toMatch(/\S/u);
  });

  test("no prefix is taken twice", () => {
    const prefixes = Object.values(snippets).flatMap(({ prefix }) => prefix);
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });
});
