import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { resolveSettings } from "../../../src/engine/settings.ts";
import { TrainingSession } from "../../../src/engine/trainingSession.ts";
import { createGenerator } from "../../../src/rl/randomGenerator.ts";
import { openRun } from "../../../src/runs/runReader.ts";
import { type SummaryField, summaryFields } from "../../../src/runs/summary.ts";
import { temporaryFolder } from "../../util/temporaryFolder.ts";

const rounds = 20;
const updates = 2000;
const cli = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const compared = summaryFields.filter((field) => field !== "milliseconds" && field !== "lossId");

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

/** Starts training in a process of its own and kills it after so many of its updates are committed or so long. */
async function trainAndKill(path: string, milliseconds: number): Promise<void> {
  const child = spawn(
    process.execPath,
    [cli, "train", "--seed", "5", "--hidden", "64", "--updates", String(updates), "--out", path],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const ended = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), ended]);
  await Promise.race([new Promise((resolve) => setTimeout(resolve, milliseconds)), ended]);
  child.kill("SIGKILL");
  await ended;
}

describe("a run whose process was killed", () => {
  test("opens, and resumes to the uninterrupted run's numbers bit for bit, 20 times", {
    timeout: 240_000,
  }, async () => {
    const folder = temporaryFolder();
    const whole = join(folder, "whole.pgrun");
    const settings = resolveSettings({ seed: 5, hidden: [64] });
    const session = TrainingSession.create(whole, settings, { limit: { updates } });
    await session.run();
    const expected = columnsOf(whole, updates);
    const generator = createGenerator(11, "kill times");
    let interrupted = 0;
    for (let round = 0; round < rounds; round++) {
      const path = join(folder, `killed${round}.pgrun`);
      await trainAndKill(path, 350 * generator.uniform());
      const reader = openRun(path);
      const survived = reader.updateCount;
      reader.close();
      if (survived < updates) interrupted++;
      for (const [field, values] of Object.entries(columnsOf(path, survived))) {
        expect(values, field).toEqual(expected[field]?.slice(0, survived));
      }
      const resumed = await TrainingSession.resume(path, { limit: { updates } });
      if (survived < updates) await resumed.run();
      else await resumed.stop();
      expect(columnsOf(path, updates)).toEqual(expected);
    }
    expect(interrupted).toBeGreaterThan(rounds / 2);
  });
});
