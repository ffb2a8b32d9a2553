import type { TraceEvidence } from "./evidence.ts";
import { Session } from "./session.ts";

/** γ that people use, the likeliest first. */
const usual = [0.99, 1, 0.95, 0.9, 0.98, 0.995, 0.97, 0.999, 0.8, 0.5] as const;
const sampleUpdates = 6;

/**
 * γ of a trace that does not say it: the usual one under which the simplest rule explains the weights. Undefined where
 * the trace says γ, or where no usual one explains them.
 */
export function inferGamma(evidence: TraceEvidence): number | undefined {
  if (evidence.saysGamma) return undefined;
  const stride = Math.max(1, Math.floor(evidence.updates.length / sampleUpdates));
  const sample = evidence.updates.filter((_, index) => index % stride === 0);
  let best: { readonly gamma: number; readonly cost: number } | undefined;
  for (const [index, gamma] of usual.entries()) {
    const updates = sample.map((update) => ({ ...update, gamma }));
    const [found] = new Session({ ...evidence, updates }).weights.explained;
    const isOfMost = found && found.updates.length * 2 > sample.length;
    const cost = isOfMost ? found.cost + 0.01 * index : Number.POSITIVE_INFINITY;
    if (cost < (best?.cost ?? Number.POSITIVE_INFINITY)) best = { gamma, cost };
  }
  return best?.gamma;
}

/** The same evidence under another γ. */
export function withGamma(evidence: TraceEvidence, gamma: number): TraceEvidence {
  return { ...evidence, updates: evidence.updates.map((update) => ({ ...update, gamma })) };
}
