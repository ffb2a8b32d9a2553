import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { ProofView } from "../../../src/protocol/proofViews.ts";
import { jsonLines, pgi } from "../../util/cli.ts";
import { sharedFolder } from "../../util/temporaryFolder.ts";
import { trainedRun } from "../../util/trainedRun.ts";

const folder = sharedFolder();
const book = "-(gamma**t * discounted_returns(r, gamma) * log_pi).sum()";
const withoutGamma = "-(discounted_returns(r, gamma) * log_pi).sum()";
let run: string;

beforeAll(async () => {
  run = await trainedRun(folder, "a.pgrun", "--updates", "5", "--seed", "2");
});

async function prove(...words: string[]): Promise<{ exit: number; proof: ProofView }> {
  const { exit, out, error } = await pgi("prove", ...words, "--json");
  expect(error).toBe("");
  return { exit, proof: jsonLines(out)[0] as unknown as ProofView };
}

describe("prove", () => {
  test("on an update of a run compares three ways on its batch and θ", async () => {
    const { exit, proof } = await prove(book, "--run", run, "--update", "3", "--rule", "reinforce");
    expect(exit).toBe(0);
    expect(proof.on).toMatch(/^update 3: \d+ steps, 114 parameters$/);
    expect(proof.checks.map(({ id, status }) => [id, status])).toEqual([
      ["heads", "passed"],
      ["direct", "passed"],
      ["differences", "passed"],
      ["directDifferences", "passed"],
      ["rule", "passed"],
    ]);
    const shown = jsonLines((await pgi("show", run, "--update", "3", "--json")).out).at(-1)!;
    expect(Math.abs(proof.gradientNorm / (shown.grad_norm as number) - 1)).toBeLessThan(1e-12);
  });

  test("takes the last update where none is named, and a file's text", async () => {
    const file = join(folder, "a.pgloss");
    writeFileSync(file, book);
    const { exit, proof } = await prove(file, "--run", run);
    expect([exit, proof.on.split(":")[0]]).toEqual([0, "update 5"]);
  });

  test("without a run uses a made-up problem, another for another seed", async () => {
    const one = await prove(book);
    const other = await prove(book, "--seed", "2");
    expect([one.exit, other.exit]).toEqual([0, 0]);
    expect(one.proof.loss).not.toBe(other.proof.loss);
  });

  test("fails with 1 and a counter-example that pgi loss reads and confirms", async () => {
    const { exit, proof } = await prove(withoutGamma, "--run", run, "--rule", "reinforce");
    expect(exit).toBe(1);
    const { scalars, data, numbers } = proof.counterExample!;
    const file = join(folder, "counter.json");
    writeFileSync(file, JSON.stringify({ scalars, data }));
    const gradient = async (text: string) => {
      const result = await pgi("loss", text, "--data", file, "--json");
      expect(result.error).toBe("");
      const { grad } = jsonLines(result.out)[0] as { grad: { log_pi: number[] } };
      return grad.log_pi.map((adjoint) => -adjoint);
    };
    expect(await gradient(withoutGamma)).toEqual(numbers["c of the loss"]);
    expect(await gradient(book)).toEqual(numbers["c of the rule"]);
  });

  test("prints a table, the kinks and what is not covered", async () => {
    const { exit, out } = await pgi("prove", withoutGamma, "--rule", "reinforce");
    expect(exit).toBe(1);
    for (const words of [
      "Failed: the loss ↔ REINFORCE (13.3)",
      "DIFFER",
      "kinks",
      "not covered",
      "for pgi loss --data:",
    ])
      expect(out).toContain(words);
  });

  test.each([
    [["-(r * log_pie).sum()"], 2, "log_pie"],
    [[book, "--rule", "reinforse"], 2, "Did you mean reinforce?"],
    [[book, "--update", "3"], 2, "--update needs --run"],
    [[book, "--run", "/nowhere.pgrun"], 2, "/nowhere.pgrun"],
    [[book, "--seed", "x"], 2, "--seed takes a number"],
  ] as const)("%j is wrong use", async (words, exit, message) => {
    const result = await pgi("prove", ...words);
    expect(result.exit).toBe(exit);
    expect(result.error).toContain(message);
  });
});
