import { readdirSync } from "node:fs";
import { join } from "node:path";
import Mocha, { type Runner } from "mocha";
import { reasonOf } from "./skip.ts";

/** The lines by which a launcher outside finds the suite's output, and its numbers as JSON. */
const begin = "HOST-SUITE-BEGIN";
const end = "HOST-SUITE-OUTCOME ";

/** The entry point that VS Code calls inside its extension host; rejects where a test failed or none was found. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", color: false, timeout: 60_000, forbidOnly: true });
  for (const file of readdirSync(__dirname).sort()) {
    if (file.endsWith(".test.cjs")) mocha.addFile(join(__dirname, file));
  }
  console.log(begin);
  const outcome = await outcomeOf(mocha);
  console.log(end + JSON.stringify(outcome));
  if (outcome.failed > 0) throw new Error(`${outcome.failed} host tests failed`);
  if (outcome.passed === 0) throw new Error("no host test passed");
}

function outcomeOf(mocha: Mocha) {
  return new Promise<{ passed: number; failed: number; skipped: { name: string; reason: string }[] }>(
    (resolve) => {
      const skipped: { name: string; reason: string }[] = [];
      let runner: Runner | undefined;
      runner = mocha.run((failed) => resolve({ passed: runner?.stats?.passes ?? 0, failed, skipped }));
      runner.on("pending", (test) => skipped.push({ name: test.fullTitle(), reason: reasonOf(test) }));
    },
  );
}
