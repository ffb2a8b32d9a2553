import { describe, expect, test } from "vitest";
import { proofMarkdown } from "../../../src/host/proof/proofMarkdown.ts";
import { fakeProof } from "../../panel/fake/proof.ts";

describe("a proof as a page", () => {
  test("has the sentence, a row for every check and what is not covered", () => {
    const page = proofMarkdown(fakeProof("right"), "-(r * log_pi).sum()\n");
    expect(page).toMatch(/^# Passed: three ways/);
    expect(page).toContain("```python\n-(r * log_pi).sum()\n```");
    expect(page).toContain(
      "| autodiff and kernels ↔ central differences | agree | 2.3e-10 | 1e-8 | W1[3,2] |",
    );
    expect(page).toContain("- Adam and any other optimiser");
    expect(page).not.toContain("counter-example");
  });

  test("shows a counter-example as data to copy", () => {
    const page = proofMarkdown(fakeProof("wrong"), "wrong");
    const [, json] = /```json\n([\s\S]*?)\n```/.exec(page) as RegExpExecArray;
    expect(JSON.parse(json!)).toEqual({ scalars: { gamma: 0.5 }, data: { r: [1], log_pi: [-0.5] } });
    expect(page).toContain("- ∂L/∂log_pi by differences: -1");
  });

  test("parts of a loss in its sentences are no Markdown", () => {
    const proof = { ...fakeProof("right"), kinks: ["abs(x) | **y** <img src=x> `c` [l](command:evil)"] };
    const page = proofMarkdown(proof, "r.sum()");
    expect(page).toContain("- abs(x) \\| \\*\\*y\\*\\* \\<img src=x\\> \\`c\\` \\[l\\](command:evil)");
  });

  test("a loss cannot end the fence it stands in", () => {
    const page = proofMarkdown(fakeProof("right"), "# ```\n# # heading");
    expect(page).toContain("````python\n# ```\n# # heading\n````");
  });
});
