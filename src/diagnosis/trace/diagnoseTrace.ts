import type { TraceEvidence, UpdateEvidence } from "./evidence.ts";
import type { Detection, Finding, Severity } from "./finding.ts";
import type { FindingRule } from "./findingRule.ts";
import { findingRules, undecidable } from "./findings/table.ts";
import { inferGamma, withGamma } from "./inferGamma.ts";
import { Session } from "./session.ts";
import { fitWords, weightSymbol } from "./weights/describe.ts";

/** What a trace's updates are. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** What the data cannot decide, each with its reason. */
  readonly undecided: readonly { readonly id: string; readonly reason: string }[];
  /** What the update is, in one sentence with numbers. */
  readonly verdict: string;
  /** The rules that updates follow, each with its updates; read from weights alone. */
  readonly rules: readonly { readonly words: string; readonly updates: readonly UpdateEvidence[] }[];
  readonly updates: number;
  readonly steps: number;
}

const severityOrder: readonly Severity[] = ["error", "warning", "info"];
const shownSteps = 20;

/** Holds a trace against every finding of the table. A right trace gives none. */
export function diagnoseTrace(given: TraceEvidence): Diagnosis {
  const gamma = inferGamma(given);
  const evidence = gamma === undefined ? given : withGamma(given, gamma);
  const session = new Session(evidence);
  const findings = new Map<string, Finding>();
  const undecided = new Map<string, string>();
  for (const rule of findingRules) {
    if (findings.has(rule.id)) continue;
    const detection = rule.detect(session);
    if (detection) findings.set(rule.id, findingOf(rule, detection, evidence));
    else {
      const reason = rule.undecided?.(session);
      if (reason !== undefined && !undecided.has(rule.id)) undecided.set(rule.id, reason);
    }
  }
  for (const id of findings.keys()) undecided.delete(id);
  return {
    findings: [...findings.values()].sort(
      (a, b) => severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity),
    ),
    undecided: [
      ...[...undecided].map(([id, reason]) => ({ id, reason })),
      ...unsaidGamma(given, gamma),
      ...ambiguities(session),
      ...undecidable,
    ],
    verdict: verdictOf(session),
    rules: rulesOf(session),
    updates: evidence.updates.length,
    steps: evidence.updates.reduce((sum, update) => sum + update.steps, 0),
  };
}

function findingOf(rule: FindingRule, detection: Detection, evidence: TraceEvidence): Finding {
  const rows = Array.from(
    { length: Math.min(shownSteps, detection.rows.length) },
    (_, at) => detection.rows[at]!,
  );
  const first = new Set(detection.updates.slice(0, 1));
  const source = evidence.updates.find(({ number }) => first.size === 0 || first.has(number))?.source;
  return {
    id: rule.id,
    severity: detection.severity ?? rule.severity,
    title: rule.title,
    message: detection.message,
    evidence: detection.evidence,
    steps: rows.map((row) => evidence.where(row)),
    stepCount: detection.rows.length,
    updates: detection.updates,
    why: rule.why,
    fix: rule.fix,
    reference: rule.reference,
    source,
  };
}

function verdictOf(session: Session): string {
  const { explained, unexplained, nearest, possible } = session.weights;
  if (explained.length === 0) {
    if (session.losses)
      return `${fitWords(session.losses.spec, session.losses, session.losses.possible)}, from the losses alone`;
    if (session.readings.length === 0) return "the weights of the update are not in the trace";
    const near = nearest ? `; nearest is ${fitWords(nearest.spec, nearest.fit, possible)}` : "";
    return `weights of their own${near}`;
  }
  const [first] = explained;
  const rest = unexplained.length === 0 ? "" : `; ${unexplained.length} updates follow no known rule`;
  return `${fitWords(first!.spec, first!.fit, first!.possible)}, read from ${session.readings[0]!.reading.from}${rest}`;
}

function rulesOf({ weights }: Session): Diagnosis["rules"] {
  return weights.explained.map(({ spec, fit, possible, updates }) => ({
    words: fitWords(spec, fit, possible),
    updates: updates.map(({ update }) => update),
  }));
}

function unsaidGamma({ saysGamma }: TraceEvidence, gamma: number | undefined): Diagnosis["undecided"] {
  if (saysGamma) return [];
  const seen =
    gamma === undefined
      ? "no usual γ explains the weights, so 1 is assumed"
      : `the weights are those of γ = ${gamma}, and that is assumed`;
  return [{ id: "gamma", reason: `γ is not recorded; ${seen}: give gamma to the recorder` }];
}

/** Rules that the same numbers would follow, where another name would be told. */
function ambiguities(session: Session): { id: string; reason: string }[] {
  const { explained, unexplained } = session.weights;
  const reasons: { id: string; reason: string }[] = [];
  for (const { spec, possible, alternatives } of explained) {
    const symbol = weightSymbol(spec, possible);
    const others = new Set(alternatives.map((other) => weightSymbol(other.spec, possible)));
    const names = [...others].filter((name) => name !== symbol);
    if (names.length > 0) {
      reasons.push({
        id: "weights",
        reason: `on this data the same as ${symbol}: ${names.slice(0, 4).join(", ")}`,
      });
    }
  }
  if (unexplained.length > 0) {
    reasons.push({
      id: "weights",
      reason: `the weights of ${unexplained.length} of ${session.readings.length} updates follow none of the known rules`,
    });
  }
  return reasons;
}
