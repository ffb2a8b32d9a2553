import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findingRules, undecidable } from "../../../../src/diagnosis/trace/findings/table.ts";

test("every finding has a script in the zoo", () => {
  const zoo = readdirSync(join(import.meta.dirname, "../../../../examples/zoo"));
  const scripts = new Set(zoo.map((file) => file.replace(/(_numpy|_jax|_question)?\.py$/, "")));
  const ids = [...new Set(findingRules.map(({ id }) => id))];
  expect(ids.filter((id) => !scripts.has(id))).toEqual([]);
});

test("what no trace can show is said with its reason, and is no finding", () => {
  const ids = new Set(findingRules.map(({ id }) => id));
  for (const { id, reason } of undecidable) {
    expect(ids.has(id)).toBe(false);
    expect(reason.length).toBeGreaterThan(20);
  }
});
