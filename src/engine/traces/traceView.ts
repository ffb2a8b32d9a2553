import type { Finding } from "../../diagnosis/trace/finding.ts";
import type { FindingView, TraceUpdateView, TraceView } from "../../protocol/traceViews.ts";
import { type Trace, terminatedFlag, truncatedFlag, type UpdateRecord } from "../../runs/trace/trace.ts";
import type { DiagnosedFile } from "../diagnosis/diagnoseFile.ts";
import { columnsIn, missingIn } from "./missing.ts";

/** Longest lists of a view. */
const most = { updates: 500, findings: 64, undecided: 64, updateNumbers: 20, notes: 16, text: 300 } as const;

/** A diagnosed trace as a page shows it; nothing in it grows with the file. */
export function traceView(
  { trace, diagnosis }: DiagnosedFile,
  file: { readonly bytes: number; readonly modified: number },
): TraceView {
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
    verdict: diagnosis.verdict,
    rules: diagnosis.rules.map((rule) => ({ words: rule.words, updates: rule.updates.length })),
    findings: diagnosis.findings.slice(0, most.findings).map((finding) => findingView(finding, updates)),
    undecided: diagnosis.undecided.slice(0, most.undecided),
    updates: updateViews({ trace, diagnosis }),
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

function updateViews({ trace, diagnosis }: DiagnosedFile): readonly TraceUpdateView[] {
  const rules = new Map(
    diagnosis.rules.flatMap(({ updates }, rule) => updates.map(({ line }) => [line, rule] as const)),
  );
  const returns = returnsAtEnds(trace);
  return trace.updates.slice(-most.updates).map((update) => ({
    number: update.number,
    steps: update.rows.length,
    ...endedIn(update, returns, trace),
    loss: update.scalars.get("loss") ?? null,
    gradientNorm: update.scalars.get("grad_norm") ?? null,
    rule: rules.get(update.line) ?? null,
  }));
}

/** Row of an episode's last step → its undiscounted return. */
function returnsAtEnds({ steps }: Trace): ReadonlyMap<number, number> {
  const running = new Map<number, number>();
  const ended = new Map<number, number>();
  for (let row = 0; row < steps.count; row++) {
    const episode = steps.episodes.at(row);
    const sum = (running.get(episode) ?? 0) + steps.rewards.at(row);
    if ((steps.flags(row) & (terminatedFlag | truncatedFlag)) === 0) running.set(episode, sum);
    else {
      ended.set(row, sum);
      running.delete(episode);
    }
  }
  return ended;
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
