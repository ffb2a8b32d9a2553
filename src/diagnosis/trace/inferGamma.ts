import type { TraceEvidence } from "./evidence.ts";
import { Session } from "./session.ts";
import { leastCost } from "./weights/search.ts";

/** γ that people use, the likeliest first. */
const usual = [0.99, 1, 0.95, 0.9, 0.98, 0.995, 0.97, 0.999, 0.8, 0.5] as const;
const sampleUpdates = 6;
/** A rule that takes more belief than this tells nothing of γ. */
const simple = 4;

/**
 * γ of a trace that does not say it: the usual one under which the simplest rule explains the weights. Undefined where
 * the trace says γ, or where no usual one explains them by a simple rule.
 */
export function inferGamma(evidence: TraceEvidence): number | undefined {
  if (evidence.saysGamma) return undefined;
  const stride = Math.max(1, Math.floor(evidence.updates.length / sampleUpdates));
  const sample = evidence.updates.filter((_, index) => index % stride === 0);
  let best: number | undefined;
  let least: number = simple;
  for (const gamma of usual) {
    const session = new Session(withGamma({ ...evidence, updates: sample }, gamma));
    const { readings, weightPrecision, targets } = session;
    const cost = leastCost(readings, weightPrecision, targets, least) ?? Number.POSITIVE_INFINITY;
    if (cost >= least) continue;
    best = gamma;
    least = cost;
  }
  return best;
}

/** The same evidence under another γ. */
export function withGamma(evidence: TraceEvidence, gamma: number): TraceEvidence {
  return { ...evidence, updates: evidence.updates.map((update) => ({ ...update, gamma })) };
}
