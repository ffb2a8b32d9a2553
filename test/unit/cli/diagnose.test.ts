import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jsonLines, pgi } from "../../util/cli.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

const folder = join(import.meta.dirname, "../../reference/traces");
const { files } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as {
  files: { file: string; findings: string[]; mistake: string }[];
};
/** Variants that people mean; everything else in the manifest makes the update another one. */
const variants: ReadonlySet<string> = new Set(["missing_gamma_t", "mean_instead_of_sum"]);

describe("pgi diagnose", () => {
  test.for(files)("$file is told what its manifest says, and nothing else", async ({ file, findings }) => {
    const { exit, out, error } = await pgi("diagnose", join(folder, file), "--json");
    const lines = jsonLines(out);
    const summary = lines.pop()!;
    expect(error).toBe("");
    expect(lines.map(({ id }) => id)).toEqual(findings);
    const errors = findings.filter((id) => !variants.has(id)).length;
    expect(summary).toMatchObject({ summary: true, findings: findings.length, errors });
    expect(Array.isArray(summary.undecided)).toBe(true);
    expect(exit).toBe(errors > 0 ? 1 : 0);
    for (const line of lines) {
      expect(Object.keys(line).slice(0, 5)).toEqual(["id", "severity", "steps", "evidence", "message"]);
      expect((line.steps as unknown[]).length).toBeGreaterThan(0);
    }
  });

  test("the text says the rule, the numbers, the steps, why and the fix", async () => {
    const { out } = await pgi("diagnose", join(folder, "wrong_sign.cartpole.jsonl"));
    expect(out).toContain("c = −1.000·γᵗG, residual ");
    expect(out).toMatch(/✗ wrong_sign: .*\n {4}Expected κ > 0, seen c = −1\.000/);
    expect(out).toContain("on steps 0, 1, 2, 3, 4, … of episode 1 (93 in all), 7 updates from 1 to 7");
    expect(out).toContain("fix  loss = -(weights * log_prob).sum()");
    expect(
      Math.max(
        ...out
          .split("\n")
          .slice(1)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(112);
  });

  test("the report in Markdown holds the numbers", async () => {
    const { out, exit } = await pgi("diagnose", join(folder, "entropy_sign.reach1d.jsonl"), "--markdown");
    expect(exit).toBe(1);
    expect(out).toContain("### error: `entropy_sign`");
    expect(out).toMatch(/\| beta \| -0\.010000 \|/);
  });

  test("a file that is no trace is refused in one line with its line number", async () => {
    const path = join(temporaryFolder(), "broken.pgtrace");
    writeFileSync(path, '{"episode":1,"t":0,"action":0}\n');
    const { exit, out, error } = await pgi("diagnose", path);
    expect([exit, out]).toEqual([2, ""]);
    expect(error).toContain("broken.pgtrace:1: a step has episode, t, action and reward; reward is missing");
  });
});
