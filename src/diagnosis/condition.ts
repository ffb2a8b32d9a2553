import type { CandidateWeights, Match } from "./match.ts";

/** How well a batch tells a rule from the known rule that is most like it on this batch. */
export interface Condition {
  /** Condition number of the two rules' weights as columns of length 1: 1 is best; large where they are nearly collinear. */
  readonly number: number;
  /** The other rule's symbol. */
  readonly against: string;
}

/** Nearer than this to collinear two rules are the same on a batch: they are named as such, not measured. */
const same = 1e-12;

/** √((1+|ρ|)/(1−|ρ|)) of two columns with the cosine ρ; ∞ where they are collinear. Steps without a weight are left out. */
export function conditionNumber(a: Float64Array, b: Float64Array): number {
  return conditionOfGap(gap(a, b, length(a)));
}

function conditionOfGap(gap: number): number {
  return gap === 0 ? Number.POSITIVE_INFINITY : Math.sqrt((2 - gap) / gap);
}

/**
 * 1 − |cos(a, b)| for a of length `na`, as half the squared distance of the unit vectors (of one from the other or from its
 * opposite) so that no digit is lost where it is small.
 */
function gap(a: Float64Array, b: Float64Array, na: number): number {
  const nb = length(b);
  if (na === 0 || nb === 0) return 0;
  let alike = 0;
  let opposite = 0;
  for (let t = 0; t < a.length; t++) {
    const x = a[t]! / na;
    const y = b[t]! / nb;
    if (Number.isNaN(x - y)) continue;
    alike += (x - y) * (x - y);
    opposite += (x + y) * (x + y);
  }
  return Math.min(alike, opposite) / 2;
}

function length(values: Float64Array): number {
  let square = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (!Number.isNaN(value)) square += value * value;
  }
  return Math.sqrt(square);
}

/** The condition of a matched rule beside the others; undefined where there is none to be told from. */
export function conditionOf(
  best: Match | undefined,
  candidates: readonly CandidateWeights[],
): Condition | undefined {
  const own = candidates.find(({ rule }) => rule === best?.rule);
  if (!own) return undefined;
  const ownLength = length(own.weights);
  let worst: Condition | undefined;
  for (const { rule, weights } of candidates) {
    if (rule === own.rule) continue;
    const distance = gap(own.weights, weights, ownLength);
    if (distance < same) continue;
    const number = conditionOfGap(distance);
    if (Number.isFinite(number) && number > (worst?.number ?? 0)) worst = { number, against: rule.symbol };
  }
  return worst;
}
