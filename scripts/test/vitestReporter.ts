import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";
import type { Outcome, Skip } from "./outcome.ts";

/** Writes a run's {@link Outcome} as JSON to the file that TEST_OUTCOME names. */
export default class OutcomeReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env.TEST_OUTCOME;
    if (file) writeFileSync(file, JSON.stringify(outcomeOf(modules, unhandledErrors.length)));
  }
}

function outcomeOf(modules: readonly TestModule[], unhandledErrors: number, isWhole = true): Outcome {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const states = tests.map((test) => test.result().state);
  const broken = modules.filter((module) => module.errors().length > 0).length;
  const skipped = tests.flatMap((test): Skip[] => {
    const result = test.result();
    if (result.state === "passed" || result.state === "failed") return [];
    const reason = "note" in result && result.note ? result.note : "marked to be skipped in its file";
    return [{ name: test.fullName, reason }];
  });
  return {
    passed: states.filter((state) => state === "passed").length,
    failed: states.filter((state) => state === "failed").length + broken + unhandledErrors,
    skipped,
    ...(isWhole && {
      files: modules.map((module) => ({ file: module.moduleId, ...outcomeOf([module], 0, false) })),
    }),
  };
}
