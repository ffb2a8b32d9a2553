import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Mocha, { type Runner } from "mocha";
import { reasonOf } from "./skip.ts";

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: { name: string; reason: string }[];
}

/**
 * The entry point that VS Code calls inside its extension host; rejects where a test failed or none passed.
 * The outcome goes as JSON into the file that HOST_SUITE_OUTCOME names; the lines around the tests' own
 * let a launcher tell them from what else the workbench says.
 */
export async function run(): Promise<void> {
  console.log("HOST-SUITE-BEGIN");
  const outcome = await outcomeOf(mochaWithAllFiles()).catch((error: Error) => {
    console.error(error.stack);
    throw error;
  });
  console.log("HOST-SUITE-END");
  const file = process.env.HOST_SUITE_OUTCOME;
  if (file) writeFileSync(file, JSON.stringify(outcome));
  if (outcome.failed > 0) throw new Error(`${outcome.failed} host tests failed`);
  if (outcome.passed === 0) throw new Error("no host test passed");
}

function mochaWithAllFiles(): Mocha {
  const mocha = new Mocha({ ui: "bdd", color: false, timeout: 60_000, forbidOnly: true });
  for (const file of readdirSync(__dirname).sort()) {
    if (file.endsWith(".test.cjs")) mocha.addFile(join(__dirname, file));
  }
  return mocha;
}

async function outcomeOf(mocha: Mocha): Promise<Outcome> {
  return new Promise((resolve) => {
    const skipped: { name: string; reason: string }[] = [];
    let runner: Runner | undefined;
    runner = mocha.run((failed) => resolve({ passed: runner?.stats?.passes ?? 0, failed, skipped }));
    runner.on("pending", (test) => skipped.push({ name: test.fullTitle(), reason: reasonOf(test) }));
  });
}
