import type { Finding } from "../../diagnosis/trace/finding.ts";
import type { FindingView, TraceOverview, TraceUpdateView, TraceView } from "../../protocol/traceViews.ts";
import { type Trace, terminatedFlag, truncatedFlag, type UpdateRecord } from "../../runs/trace/trace.ts";
import type { DiagnosedFile } from "../diagnosis/diagnoseFile.ts";
import { columnsIn, missingIn } from "./missing.ts";

/** Longest lists of a view. */
const most = { updates: 500, findings: 64, undecided: 64, updateNumbers: 20, notes: 16, text: 300 } as const;

/** A trace as a page shows it before its updates are diagnosed; nothing in it grows with the file. */
export function traceOverview(
  trace: Trace,
  file: { readonly bytes: number; readonly modified: number },
): TraceOverview {
  const { header, steps, updates } = trace;
  return {
    path: trace.path,
    ...file,
    environment: textOf(header?.environment),
    framework: textOf(header?.framework),
    gamma: typeof header?.gamma === "number" ? header.gamma : (updates[0]?.scalars.get("gamma") ?? null),
    steps: steps.count,
    ...countEpisodes(trace),
    updateCount: updates.length,
    columns: columnsIn(trace),
    missing: missingIn(trace),
    notes: trace.notes.slice(0, most.notes),
    updates: updateViews(trace),
  };
}

/** The same with what its updates are. */
export function traceView({ trace, diagnosis }: DiagnosedFile, overview: TraceOverview): TraceView {
  const { updates } = trace;
  const rules = new Map(
    diagnosis.rules.flatMap((rule, index) => rule.updates.map(({ line }) => [line, index] as const)),
  );
  return {
    ...overview,
    updates: overview.updates.map((update) => ({
      ...update,
      rule: rules.get(updates[update.place - 1]!.line) ?? null,
    })),
    verdict: diagnosis.verdict,
    rules: diagnosis.rules.map((rule) => ({ words: rule.words, updates: rule.updates.length })),
    findings: diagnosis.findings.slice(0, most.findings).map((finding) => findingView(finding, updates)),
    undecided: diagnosis.undecided.slice(0, most.undecided),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value.slice(0, most.text) : null;
}

function countEpisodes({ steps }: Trace): { episodes: number; environments: number } {
  const episodes = new Set<number>();
  let environments = 1;
  for (let row = 0; row < steps.count; row++) {
    episodes.add(steps.episodes.at(row));
    const environment = steps.environments.at(row);
    if (environment >= environments) environments = environment + 1;
  }
  return { episodes: episodes.size, environments };
}

function findingView(finding: Finding, updates: readonly UpdateRecord[]): FindingView {
  const { evidence, updates: numbers, source, ...rest } = finding;
  const shown = updates.find(({ number }) => numbers.length === 0 || number === numbers[0]);
  return {
    ...rest,
    evidence: Object.entries(evidence).map(([name, value]) => ({ name, value })),
    updates: numbers.slice(0, most.updateNumbers),
    updateCount: numbers.length,
    source: source ?? null,
    traceLine: shown?.line ?? 1,
  };
}

function updateViews(trace: Trace): readonly TraceUpdateView[] {
  const returns = returnsAtEnds(trace);
  const first = Math.max(0, trace.updates.length - most.updates);
  return trace.updates.slice(first).map((update, index) => ({
    place: first + index + 1,
    number: update.number,
    steps: update.rows.length,
    ...endedIn(update, returns, trace),
    loss: update.scalars.get("loss") ?? null,
    gradientNorm: update.scalars.get("grad_norm") ?? null,
    rule: null,
  }));
}

/**
 * Row of an episode's last step → its undiscounted return. Where the recorder does not know how episodes end, each ends
 * with its last step.
 */
export function returnsAtEnds({ steps }: Trace): ReadonlyMap<number, number> {
  const running = new Map<number, { sum: number; row: number }>();
  const ended = new Map<number, number>();
  for (let row = 0; row < steps.count; row++) {
    const episode = steps.episodes.at(row);
    const sum = (running.get(episode)?.sum ?? 0) + steps.rewards.at(row);
    if ((steps.flags(row) & (terminatedFlag | truncatedFlag)) === 0) running.set(episode, { sum, row });
    else {
      ended.set(row, sum);
      running.delete(episode);
    }
  }
  if (ended.size > 0) return ended;
  return new Map([...running.values()].map(({ sum, row }) => [row, sum]));
}

function endedIn(
  { rows }: UpdateRecord,
  returns: ReadonlyMap<number, number>,
  { steps }: Trace,
): { episodes: number; meanReturn: number | null } {
  const episodes = new Set<number>();
  let sum = 0;
  let ended = 0;
  for (const row of rows) {
    episodes.add(steps.episodes.at(row));
    const total = returns.get(row);
    if (total === undefined) continue;
    sum += total;
    ended++;
  }
  return { episodes: episodes.size, meanReturn: ended === 0 ? null : sum / ended };
}
