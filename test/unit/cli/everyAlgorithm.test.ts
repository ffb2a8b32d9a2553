import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { AlgorithmRecord } from "../../../src/algorithms/algorithm.ts";
import { algorithms } from "../../../src/algorithms/registry.ts";
import { openRun } from "../../../src/runs/runReader.ts";
import { type SummaryField, summaryFields } from "../../../src/runs/summary.ts";
import { jsonLines, pgi } from "../../util/cli.ts";
import { sharedFolder } from "../../util/temporaryFolder.ts";

const cli = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const compared = summaryFields.filter((field) => field !== "milliseconds" && field !== "lossId");
/** Lines of progress after which training is killed; some updates more are made until the signal arrives. */
const linesBeforeKill = 40;

/** A small run of the algorithm, as words of `pgi train`. */
function words({ id, actions, targets }: AlgorithmRecord): string[] {
  const small =
    targets === undefined ? [] : "--environments 2 --batch 32 --epochs 2 --minibatches 2".split(" ");
  const environment = actions === "continuous" ? "Pendulum-v1" : "CartPole-v1";
  return ["--algorithm", id, "--environment", environment, "--hidden", "8", "--seed", "7", ...small];
}

function columnsOf(path: string, last: number): Record<string, number[]> {
  const reader = openRun(path);
  try {
    return Object.fromEntries(
      compared.map((field: SummaryField) => [field, [...reader.column(field, 1, last)]]),
    );
  } finally {
    reader.close();
  }
}

/** Trains in a process of its own until it has told of some updates, and kills it. @returns the updates that survived. */
async function trainAndKill(path: string, options: readonly string[]): Promise<number> {
  const command = [cli, "train", ...options, "--updates", "1000000", "--json", "--out", path];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  let seen = 0;
  for await (const _ of createInterface({ input: child.stdout })) if (++seen >= linesBeforeKill) break;
  child.kill("SIGKILL");
  await ended;
  const reader = openRun(path);
  const survived = reader.updateCount;
  reader.close();
  return survived;
}

describe.each(algorithms)("$id", (algorithm) => {
  const folder = sharedFolder();
  const path = join(folder, "killed.pgrun");
  let last = 0;

  test("trains; killed, it opens and resumes to the uninterrupted run, bit for bit", {
    timeout: 60_000,
  }, async () => {
    const survived = await trainAndKill(path, words(algorithm));
    last = survived + 9;
    const resumed = await pgi("train", "--resume", path, "--updates", String(last), "--quiet");
    expect([resumed.exit, resumed.error]).toEqual([0, ""]);
    const whole = join(folder, "whole.pgrun");
    const other = await pgi(
      "train",
      ...words(algorithm),
      "--updates",
      String(last),
      "--out",
      whole,
      "--quiet",
    );
    expect([other.exit, other.error]).toEqual([0, ""]);
    expect(columnsOf(path, last)).toEqual(columnsOf(whole, last));
  });

  test("shows an update that was not kept, replayed bit for bit, with the numbers that training told", async () => {
    const shown = await pgi("show", path, "--update", "3", "--json");
    expect(shown.error).toBe("");
    const numbers = jsonLines(shown.out).at(-1)!;
    const recorded = columnsOf(path, last);
    expect([numbers.loss, numbers.grad_norm]).toEqual([recorded.loss?.[2], recorded.gradNorm?.[2]]);
    expect(numbers.verdict).toMatchObject({ sentence: expect.stringMatching(/\S/) });
  });

  test("is explained and proved on that update", { timeout: 60_000 }, async () => {
    const on = ["--run", path, "--update", "3"];
    const explained = await pgi("explain", algorithm.loss, ...on);
    expect([explained.exit, explained.error]).toEqual([0, ""]);
    expect(explained.out).toMatch(/theta \+= alpha/);
    const rule = algorithm.rule.includes("grad(loss)") ? [] : ["--rule", algorithm.id];
    const proof = await pgi("prove", algorithm.loss, ...rule, ...on);
    expect(proof.out.split("\n")[0]).toMatch(/^Passed: three ways/);
    expect(proof.exit).toBe(0);
  });

  test.each(["pytorch", "numpy"])(
    "is exported for %s, with what the update was made from",
    async (target) => {
      const file = join(folder, `${target}.py`);
      const exported = await pgi("export", path, "--update", "3", "--to", target, "--out", file);
      expect([exported.exit, exported.error]).toEqual([0, ""]);
      const script = readFileSync(file, "utf8");
      expect(script).toContain("def policy_loss(");
      expect(script).toContain("recorded_gradient");
    },
  );
});
