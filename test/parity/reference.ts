import { readFileSync } from "node:fs";
import { ConformanceCount, type ConformanceSummary, conform } from "../../src/engine/conformance/run.ts";

/** A reference file, parsed afresh; a missing one throws. */
export function readReference(name: string): Record<string, never> {
  return JSON.parse(readFileSync(new URL(`../reference/${name}`, import.meta.url), "utf8")) as Record<
    string,
    never
  >;
}

export interface Recomputed {
  readonly summary: ConformanceSummary;
  /** One line per mismatch or unexpected error. */
  readonly failures: readonly string[];
  readonly skipped: Readonly<Record<string, string>>;
  readonly computed: Readonly<Record<string, unknown>>;
}

export function recompute(file: unknown): Recomputed {
  const read = conform(file);
  if (!read.ok) throw new Error(read.message);
  const count = new ConformanceCount();
  const failures: string[] = [];
  const skipped: Record<string, string> = {};
  const computed: Record<string, unknown> = {};
  for (const outcome of read.outcomes) {
    const { line, comparison } = outcome;
    count.add(outcome);
    failures.push(...comparison.mismatches.map((mismatch) => `${line.case}: ${mismatch}`));
    if ("error" in line && outcome.failed) failures.push(`${line.case}: ${line.error}`);
    if ("skipped" in line) skipped[line.case] = line.skipped;
    if ("computed" in line) computed[line.case] = line.computed;
  }
  return { summary: count.summary(), failures, skipped, computed };
}
