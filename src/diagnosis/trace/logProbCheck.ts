import type { UpdateEvidence } from "./evidence.ts";
import { type LogProbHypothesis, logProbHypotheses } from "./logProbHypotheses.ts";
import type { PolicyCache } from "./policy.ts";
import type { Precision } from "./precision.ts";

/** What the recorded log-probabilities of sampling are, held against the recorded outputs. */
export interface LogProbCheck {
  /** Steps that could be compared, and rows of those that differ from ln π(a|s). */
  readonly compared: number;
  readonly wrongRows: readonly number[];
  readonly wrongUpdates: readonly UpdateEvidence[];
  /** The hypothesis that explains all steps; undefined where none does. */
  readonly hypothesis: LogProbHypothesis | undefined;
  readonly largestDifference: number;
}

/** Holds the log-probabilities of all updates against every hypothesis. Undefined where nothing can be compared. */
export function checkLogProbs(
  updates: readonly UpdateEvidence[],
  policies: PolicyCache,
  precision: Precision,
): LogProbCheck | undefined {
  const comparable = updates.filter(
    ({ policy, sampledLogProbs, steps }) => policy && sampledLogProbs?.length === steps,
  );
  if (comparable.length === 0) return undefined;
  const wrongRows: number[] = [];
  const wrongUpdates: UpdateEvidence[] = [];
  let compared = 0;
  let largestDifference = 0;
  for (const update of comparable) {
    const numbers = policies.of(update)!;
    const before = wrongRows.length;
    compared += update.steps;
    for (let t = 0; t < update.steps; t++) {
      const difference = Math.abs(update.sampledLogProbs![t]! - numbers.logProbs[t]!);
      if (!(difference > allowed(update, t, precision))) continue;
      largestDifference = Math.max(largestDifference, difference);
      wrongRows.push(update.context.rows[update.places[t]!]!);
    }
    if (wrongRows.length > before) wrongUpdates.push(update);
  }
  const hypothesis =
    wrongRows.length === 0 ? logProbHypotheses[0] : explaining(comparable, policies, precision);
  return { compared, wrongRows, wrongUpdates, hypothesis, largestDifference };
}

function explaining(
  updates: readonly UpdateEvidence[],
  policies: PolicyCache,
  precision: Precision,
): LogProbHypothesis | undefined {
  return logProbHypotheses.find((hypothesis) =>
    updates.every((update) => {
      const predicted = hypothesis.predict(update, policies.of(update)!);
      return predicted?.every(
        (value, t) => Math.abs(update.sampledLogProbs![t]! - value) <= allowed(update, t, precision),
      );
    }),
  );
}

/** Rounding of ln π grows with the size of the logits, or of the squared distance from the mean. */
export function allowed(update: UpdateEvidence, t: number, precision: Precision): number {
  const { policy } = update;
  if (!policy) return 0;
  let size = 1 + Math.abs(update.sampledLogProbs?.[t] ?? 0);
  if (policy.kind === "categorical") {
    for (let k = 0; k < policy.actionCount; k++) {
      size = Math.max(size, Math.abs(policy.logits[t * policy.actionCount + k]!));
    }
  } else {
    for (let d = 0; d < policy.dimensions; d++) {
      const at = t * policy.dimensions + d;
      const inverse = Math.exp(-policy.logSigma[at]!);
      const distance = Math.abs(policy.actions[at]! - policy.mu[at]!) * inverse;
      size = Math.max(
        size,
        (1 + distance) * (1 + (Math.abs(policy.actions[at]!) + Math.abs(policy.mu[at]!)) * inverse),
      );
    }
  }
  return Math.max(1e-9, 100 * precision.unit) * size;
}
