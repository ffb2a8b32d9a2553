/** Something that was not run, and why. */
export interface Skip {
  readonly name: string;
  readonly reason: string;
}

/** What came of one suite, in numbers of tests. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly Skip[];
  /** By test file, where the runner knows files. */
  readonly files?: readonly FileOutcome[];
}

export interface FileOutcome extends Pick<Outcome, "passed" | "failed" | "skipped"> {
  readonly file: string;
}

export const nothing: Outcome = { passed: 0, failed: 0, skipped: [] };
export const onePassed: Outcome = { passed: 1, failed: 0, skipped: [] };
export const oneFailed: Outcome = { passed: 0, failed: 1, skipped: [] };

/** A suite that could not be run at all counts as one skipped test. */
export function skippedFor(name: string, reason: string): Outcome {
  return { passed: 0, failed: 0, skipped: [{ name, reason }] };
}

export function sum(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: [...total.skipped, ...skipped],
    }),
    nothing,
  );
}

/**
 * The outcome of a runner process. One that crashed, said nothing, or found no test has failed,
 * whatever its report says.
 */
export function fromRunner(exitCode: number, report: Outcome | undefined): Outcome {
  if (!report) return oneFailed;
  const ran = report.passed + report.failed + report.skipped.length;
  const isWrong = report.failed === 0 && (exitCode !== 0 || ran === 0);
  return isWrong ? { ...report, failed: 1 } : report;
}

/** A run with the files that failed replaced by what came of them when they were run again. */
export function afterSecondRun(first: Outcome, second: Outcome): Outcome {
  const kept = (first.files ?? []).filter(({ failed }) => failed === 0);
  return sum([...kept, second]);
}

/** The closing line that every test command of this project ends with. */
export function closingLine({ passed, failed, skipped }: Outcome): string {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
}

/** One line a reason, with the tests it kept from running. */
export function skipLines(skipped: readonly Skip[]): string[] {
  const byReason = Map.groupBy(skipped, ({ reason }) => reason);
  return [...byReason].map(([reason, skips]) => {
    const names = skips.slice(0, 3).map(({ name }) => name);
    const more = skips.length > names.length ? ` and ${skips.length - names.length} more` : "";
    return `skipped: ${names.join("; ")}${more}: ${reason}`;
  });
}
