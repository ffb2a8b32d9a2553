import { type CandidateInput, type CandidateRule, candidateRules } from "./candidates.ts";

/** How well one candidate explains the weights of an update: c ≈ κ·w. */
export interface Match {
  readonly rule: CandidateRule;
  /** κ = ⟨c, w⟩ / ⟨w, w⟩. */
  readonly scale: number;
  /** ‖c − κw‖ / ‖c‖. */
  readonly residual: number;
}

/** What the weights of one update say about the rule behind them. */
export interface MatchResult {
  /** The earliest candidate that explains the weights, or undefined where none does. */
  readonly best: Match | undefined;
  /** Other candidates whose weights are the same on this data, up to a factor. */
  readonly indistinguishable: readonly Match[];
  /** The closest candidate where none explains the weights. */
  readonly nearest: Match | undefined;
  /** Largest |c|; 0 where the update has no policy-gradient term. */
  readonly largestWeight: number;
}

/** Rounding of float64 losses stays far below this, a wrong formula far above. */
export const matchTolerance = 1e-6;

/** Holds an update's weights c [T] against every known rule; steps whose weight is NaN are left out. */
export function matchCandidates(
  weights: Float64Array,
  input: CandidateInput,
  tolerance = matchTolerance,
): MatchResult {
  const norm = euclidean(weights);
  const matches: Match[] = [];
  for (const rule of candidateRules) {
    const match = matchOne(rule, weights, norm, input);
    if (match) matches.push(match);
  }
  const fitting = matches.filter((match) => match.residual <= tolerance);
  const nearest = matches.reduce<Match | undefined>(
    (best, match) => (best === undefined || match.residual < best.residual ? match : best),
    undefined,
  );
  return {
    best: fitting[0],
    indistinguishable: fitting.slice(1),
    nearest,
    largestWeight: weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight) || 0), 0),
  };
}

function matchOne(
  rule: CandidateRule,
  weights: Float64Array,
  norm: number,
  input: CandidateInput,
): Match | undefined {
  const candidate = rule.weights(input);
  let cross = 0;
  let square = 0;
  for (let t = 0; t < weights.length; t++) {
    if (Number.isNaN(weights[t]!)) continue;
    cross += weights[t]! * candidate[t]!;
    square += candidate[t]! * candidate[t]!;
  }
  if (!(square > 0) || !Number.isFinite(square) || norm === 0) return undefined;
  const scale = cross / square;
  let left = 0;
  for (let t = 0; t < weights.length; t++) {
    if (Number.isNaN(weights[t]!)) continue;
    left += (weights[t]! - scale * candidate[t]!) ** 2;
  }
  return { rule, scale, residual: Math.sqrt(left) / norm };
}

function euclidean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) if (!Number.isNaN(value)) sum += value * value;
  return Math.sqrt(sum);
}
