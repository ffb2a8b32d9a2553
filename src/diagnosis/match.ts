import { type CandidateInput, type CandidateRule, candidateRules } from "./candidates.ts";
import { nameScale } from "./scale.ts";

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
  /** The likeliest candidate that explains the weights, or undefined where none does. */
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

/** A candidate's weights on one batch. They do not depend on the loss: compute them once per batch. */
export interface CandidateWeights {
  readonly rule: CandidateRule;
  /** [T]. */
  readonly weights: Float64Array;
}

/** Every known rule's weights on a batch. */
export function candidateWeights(input: CandidateInput): CandidateWeights[] {
  return candidateRules.flatMap((rule) => {
    const weights = rule.weights(input);
    return weights ? [{ rule, weights }] : [];
  });
}

/** Holds an update's weights c [T] against every known rule; steps whose weight is NaN are left out. */
export function matchCandidates(
  weights: Float64Array,
  candidates: readonly CandidateWeights[],
  episodes: number,
  tolerance = matchTolerance,
): MatchResult {
  const { norm, largest } = sizesOf(weights);
  const matches: Match[] = [];
  for (const candidate of candidates) {
    const match = matchOne(candidate, weights, norm);
    if (match) matches.push(match);
  }
  const fitting = matches.filter((match) => match.residual <= tolerance);
  const nearest = matches.reduce<Match | undefined>(
    (best, match) => (best === undefined || match.residual < best.residual ? match : best),
    undefined,
  );
  const best = mostLikely(fitting, weights.length, episodes);
  const indistinguishable = fitting.filter((match) => match !== best);
  return { best, indistinguishable, nearest, largestWeight: largest };
}

/** Of rules that the data cannot tell apart, the first that is a plain sum, else the first mean, else the first. */
function mostLikely(fitting: readonly Match[], steps: number, episodes: number): Match | undefined {
  const scaleOf = ({ scale }: Match) => nameScale(scale, steps, episodes).id;
  const isSum = (match: Match) => scaleOf(match) === "sum";
  const isNamed = (match: Match) => scaleOf(match) !== "factor";
  return fitting.find(isSum) ?? fitting.find(isNamed) ?? fitting[0];
}

function matchOne(candidate: CandidateWeights, weights: Float64Array, norm: number): Match | undefined {
  let cross = 0;
  let square = 0;
  for (let t = 0; t < weights.length; t++) {
    const weight = weights[t]!;
    if (Number.isNaN(weight)) continue;
    const known = candidate.weights[t]!;
    cross += weight * known;
    square += known * known;
  }
  if (!(square > 0) || !Number.isFinite(square) || norm === 0) return undefined;
  const scale = cross / square;
  let left = 0;
  for (let t = 0; t < weights.length; t++) {
    const difference = weights[t]! - scale * candidate.weights[t]!;
    if (!Number.isNaN(difference)) left += difference * difference;
  }
  return { rule: candidate.rule, scale, residual: Math.sqrt(left) / norm };
}

/** ‖c‖ and max |c| over the steps that have a weight. */
function sizesOf(weights: Float64Array): { norm: number; largest: number } {
  let square = 0;
  let largest = 0;
  for (let t = 0; t < weights.length; t++) {
    const size = Math.abs(weights[t]!);
    if (Number.isNaN(size)) continue;
    square += size * size;
    if (size > largest) largest = size;
  }
  return { norm: Math.sqrt(square), largest };
}
