import { describe, expect, test } from "vitest";
import { jsonLines, pgi } from "../../util/cli.ts";

describe("pgi probes", () => {
  test("tests REINFORCE where no loss is given", async () => {
    const result = await pgi("probes");
    expect([result.exit, result.error]).toEqual([0, ""]);
    expect(result.out).toMatch(/All 6 probes work \(\d+\.\d s\)\.\n$/);
  });

  test("exits 1 and hints where a part fails", async () => {
    const result = await pgi("probes", "-(r * log_pi).sum()");
    expect(result.exit).toBe(1);
    expect(result.out).toContain("FAILS  1 at once or 1.5 later, γ = 0.9");
    expect(result.out).toContain("Credit: ");
    expect(result.out).toMatch(/1 of 6 probes fail/);
  });

  test("prints JSON Lines", async () => {
    const lines = jsonLines((await pgi("probes", "--json")).out);
    expect(lines).toHaveLength(7);
    for (const line of lines.slice(0, 6)) expect(line).toMatchObject({ works: true, hint: null });
    expect(lines.at(-1)).toMatchObject({ done: true, probes: 6, failed: 0 });
  });

  test("refuses a text that is no loss, with its place", async () => {
    const result = await pgi("probes", "log_pi +");
    expect([result.exit, result.out]).toEqual([2, ""]);
    expect(result.error).toContain("error, line 1");
  });
});
