import type { UpdateEvidence } from "../evidence.ts";
import type { Precision } from "../precision.ts";
import { type CostedSpec, enumerateSpecs, type Possible, possibleOf } from "./enumerate.ts";
import { type Fit, fitWeights, leastLeft, squareOf } from "./fit.ts";
import { withFittedBaseline } from "./fitBaseline.ts";
import { withFittedEnds } from "./fitEnds.ts";
import { areDivisions } from "./normalise.ts";
import type { WeightSpec } from "./options.ts";
import type { ReadUpdate } from "./readUpdate.ts";
import { normalisedAmong, type TargetCache, weightsOf } from "./weightsOf.ts";

/** The constant factor that is left when a specification has explained the rest. */
export type ScaleKind = "one" | "logarithm" | "constant" | "free";

/** The likeliest explanation of the weights of some updates. */
export interface Explanation {
  readonly spec: WeightSpec;
  readonly fit: Fit;
  readonly scaleKind: ScaleKind;
  readonly cost: number;
  readonly updates: readonly ReadUpdate[];
  readonly possible: Possible;
  /** Other specifications that explain the same numbers and would be told differently. */
  readonly alternatives: readonly { readonly spec: WeightSpec; readonly scale: number }[];
}

export interface SearchResult {
  readonly explained: readonly Explanation[];
  /** Updates whose weights follow no known rule, with the nearest one. */
  readonly unexplained: readonly ReadUpdate[];
  readonly nearest: { readonly spec: WeightSpec; readonly fit: Fit } | undefined;
  readonly possible: Possible;
}

const sampleSteps = 3000;
const sampleUpdates = 24;
const mostRounds = 4;

/** Finds which rule the weights of these updates follow: the cheapest one that fits them, then that of the rest. */
export function explainWeights(
  updates: readonly ReadUpdate[],
  precision: Precision,
  cache: TargetCache,
): SearchResult {
  const explained: Explanation[] = [];
  // Updates without any weight say nothing of a rule.
  let left = updates.filter(({ observed }) => !isZero(observed.weights));
  let nearest: SearchResult["nearest"];
  for (let round = 0; round < mostRounds && left.length > 0; round++) {
    const sample = round === 0 ? sampleOf(left) : left.slice(0, 1);
    const found = explainSample(sample, precision, cache);
    nearest ??= found.nearest;
    const best =
      found.best ?? (round === 0 ? explainSample(left.slice(0, 1), precision, cache).best : undefined);
    if (!best) break;
    const fits = left.filter((read) => isExplained(read, best, precision, cache));
    if (fits.length === 0) break;
    explained.push({ ...best, updates: fits });
    const fitting = new Set(fits);
    left = left.filter((read) => !fitting.has(read));
  }
  return { explained, unexplained: left, nearest, possible: possibleOf(updates.map(({ update }) => update)) };
}

/** The least cost at which one rule explains all of these updates; undefined where none does within a limit. */
export function leastCost(
  updates: readonly ReadUpdate[],
  precision: Precision,
  cache: TargetCache,
  limit: number,
): number | undefined {
  const sample = updates.filter(({ observed }) => !isZero(observed.weights));
  return sample.length === 0 ? undefined : explainSample(sample, precision, cache, limit).best?.cost;
}

/** Updates spread over the trace, those with open ends first, up to a number of steps. */
function sampleOf(updates: readonly ReadUpdate[]): readonly ReadUpdate[] {
  const isOpen = ({ update: { context } }: ReadUpdate) => context.truncated.some((flag) => flag === 1);
  const open = updates.filter(isOpen).slice(0, sampleUpdates / 3);
  const stride = Math.max(1, Math.floor(updates.length / sampleUpdates));
  const spread = updates.filter((_, index) => index % stride === 0);
  const sample: ReadUpdate[] = [];
  let steps = 0;
  for (const read of new Set([...open, ...spread])) {
    if (sample.length > 0 && steps + read.update.context.steps > sampleSteps) continue;
    sample.push(read);
    steps += read.update.context.steps;
    if (sample.length >= sampleUpdates) break;
  }
  return sample;
}

interface Candidate extends CostedSpec {
  readonly fit: Fit;
  readonly scaleKind: ScaleKind;
  readonly total: number;
}

function explainSample(
  given: readonly ReadUpdate[],
  precision: Precision,
  cache: TargetCache,
  limit?: number,
): { best: Omit<Explanation, "updates"> | undefined; nearest: SearchResult["nearest"] } {
  const sample = [...given].sort((a, b) => squareOf(b.observed) - squareOf(a.observed));
  const possible = possibleOf(sample.map(({ update }) => update));
  const probe = new Probe(sample, precision, cache);
  const candidates: Candidate[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const costed of enumerateSpecs(possible, limit)) {
    if (costed.cost > least + ambiguityMargin) break;
    if (!probe.mayFit(costed)) continue;
    const candidate = tryCandidate(costed, sample, precision, cache);
    if (!candidate || candidate.fit.residual > toleranceOf(costed.spec, precision)) continue;
    candidates.push(candidate);
    least = Math.min(least, candidate.total);
  }
  candidates.sort((a, b) => a.total - b.total);
  const best = candidates[0];
  if (!best)
    return {
      best: undefined,
      nearest: probe.nearest && tryCandidate(probe.nearest, sample, precision, cache),
    };
  const alternatives = candidates
    .slice(1)
    .filter(
      ({ total, fit }) =>
        total <= best.total + ambiguityMargin && fit.residual <= 10 * floorOf(best, precision),
    )
    .map(({ spec, fit }) => ({ spec, scale: fit.scale }));
  const { spec, fit, scaleKind, total } = best;
  return { best: { spec, fit, scaleKind, cost: total, possible, alternatives }, nearest: best };
}

/** A free factor for each update fits much: it is believed only down to rounding. */
function toleranceOf({ centre, ends }: WeightSpec, { tolerance, unit }: Precision): number {
  if (centre === "scaledUpdate") return Math.min(tolerance, 100 * unit);
  // What follows a time limit may be small beside the rest.
  const isEnd = ends === "terminal" || ends === "noBootstrap" || ends === "resetState";
  return isEnd ? Math.min(tolerance, Math.max(300 * unit, 1e-7)) : tolerance;
}

/** Tells, update by update, which specifications no common factor could save; most fail at the first update. */
class Probe {
  readonly #sample: readonly ReadUpdate[];
  readonly #cache: TargetCache;
  readonly #allowed: number;
  #least = Number.POSITIVE_INFINITY;
  /** The specification that leaves least of the first update. */
  nearest: CostedSpec | undefined;

  constructor(sample: readonly ReadUpdate[], precision: Precision, cache: TargetCache) {
    this.#sample = sample;
    this.#cache = cache;
    const total = sample.reduce((sum, { observed }) => sum + squareOf(observed), 0);
    this.#allowed = total * (3 * precision.tolerance) ** 2;
  }

  mayFit(costed: CostedSpec): boolean {
    let left = 0;
    for (const [index, read] of this.#sample.entries()) {
      left += leastLeft(read.observed, candidateFor(read, costed.spec, this.#cache)).left;
      if (index === 0 && left < this.#least) {
        this.#least = left;
        this.nearest = costed;
      }
      if (left > this.#allowed) return false;
    }
    return true;
  }
}

/** Explanations that cost at most so much more are told as possible too. */
const ambiguityMargin = 1.2;

function floorOf({ fit }: Candidate, precision: Precision): number {
  return Math.max(fit.residual, 100 * precision.unit);
}

function tryCandidate(
  costed: CostedSpec,
  sample: readonly ReadUpdate[],
  precision: Precision,
  cache: TargetCache,
): Candidate | undefined {
  const { spec, cost } = costed;
  const vectors = sample.map((read) => candidateFor(read, spec, cache));
  // A fitted end of 0 is another explanation: none was used.
  if (spec.ends === "fitted" && !sample.some((read, index) => addsEnds(read, spec, vectors[index]!, cache))) {
    return undefined;
  }
  const fit = fitWeights(
    sample.map(({ observed }) => observed),
    vectors,
    hasOwnScales(spec),
  );
  if (!fit || !Number.isFinite(fit.residual)) return undefined;
  const { kind, extra } = scaleOf(spec, fit, sample, precision, cache);
  // Rounding leaves about a hundred units; a fit that leaves much more is suspect although it is allowed.
  const poorness = 0.6 * Math.max(0, Math.log10(fit.residual / (300 * precision.unit)));
  const sign = fit.scale < 0 ? 1 : 0;
  return { spec, cost, fit, scaleKind: kind, total: cost + extra + sign + poorness };
}

/** The weights that a specification gives an update; where values after open ends are missing, with those that fit. */
export function candidateFor(read: ReadUpdate, spec: WeightSpec, cache: TargetCache): Float64Array {
  const weights = weightsOf(read.update, spec, cache);
  if (spec.centre === "shiftedUpdate") return withFittedBaseline(read, spec, weights);
  return spec.ends === "fitted" ? withFittedEnds(read, spec, weights) : weights;
}

function addsEnds(read: ReadUpdate, spec: WeightSpec, fitted: Float64Array, cache: TargetCache): boolean {
  const plain = weightsOf(read.update, spec, cache);
  return fitted.some((weight, t) => Math.abs(weight - plain[t]!) > 1e-4 * Math.abs(plain[t]!));
}

/** Normalised weights have a scale of their own in every update: ε, and n or n − 1. */
export function hasOwnScales({ centre }: WeightSpec): boolean {
  return (
    centre === "normalisedUpdate" ||
    centre === "normalisedRollout" ||
    centre === "normalisedEpisode" ||
    centre === "normalisedEpisodeByN" ||
    centre === "scaledUpdate"
  );
}

function scaleOf(
  spec: WeightSpec,
  fit: Fit,
  sample: readonly ReadUpdate[],
  precision: Precision,
  cache: TargetCache,
): { kind: ScaleKind; extra: number } {
  if (spec.centre === "scaledUpdate") return { kind: "free", extra: 1.5 };
  // A scale for each update explains more than one for all, so it must be believed less.
  const extra = hasOwnScales(spec) ? 0.5 : 0;
  const read = sample.map(({ update }, at) => ({ update, scale: fit.scales[at]! }));
  if (isUnitScale(spec, read, precision, cache)) return { kind: "one", extra };
  const slack = Math.max(1e-6, 3 * precision.tolerance);
  const isNear = (value: number) => Math.abs(Math.abs(fit.scale) - value) <= slack * value;
  if (isNear(Math.LOG10E) || isNear(Math.LOG2E)) return { kind: "logarithm", extra: 1.5 };
  return { kind: "constant", extra: hasOwnScales(spec) ? 4 : 2.5 };
}

/** Whether κ is 1, or where weights were normalised what a division by their deviation makes of it. */
function isUnitScale(
  spec: WeightSpec,
  read: readonly { readonly update: UpdateEvidence; readonly scale: number }[],
  precision: Precision,
  cache: TargetCache,
): boolean {
  const slack = Math.max(1e-6, 3 * precision.tolerance);
  const used = read.filter(({ scale }) => scale !== 0);
  const among = used.map(({ update }) => normalisedAmong(update, spec, cache));
  const populations = among.filter((population) => population !== undefined);
  if (populations.length > 0 && populations.length === used.length) {
    return areDivisions(
      used.map(({ scale }) => scale),
      populations,
      slack,
    );
  }
  const own = hasOwnScales(spec) ? 1e-2 : slack;
  return used.every(({ scale }) => Math.abs(Math.abs(scale) - 1) <= own);
}

/** Whether the explanation of a sample holds for an update, with the sample's scale where that is common. */
function isExplained(
  read: ReadUpdate,
  best: Omit<Explanation, "updates">,
  precision: Precision,
  cache: TargetCache,
): boolean {
  const weights = candidateFor(read, best.spec, cache);
  if (isZero(read.observed.weights)) return isZero(weights);
  const fit = fitWeights([read.observed], [weights], true);
  if (!fit || fit.residual > 3 * precision.tolerance) return false;
  if (best.spec.centre === "scaledUpdate") return fit.scale > 0 === best.fit.scale > 0;
  if (hasOwnScales(best.spec)) return isOwnScale(read, best, fit, precision, cache);
  return Math.abs(fit.scale - best.fit.scale) <= 1e3 * precision.tolerance * Math.abs(best.fit.scale);
}

/** Whether an update's own scale is what its normalisation makes, or where that has a factor too about the sample's. */
function isOwnScale(
  { update }: ReadUpdate,
  best: Omit<Explanation, "updates">,
  fit: Fit,
  precision: Precision,
  cache: TargetCache,
): boolean {
  if (fit.scale > 0 !== best.fit.scale > 0) return false;
  if (best.scaleKind === "one")
    return isUnitScale(best.spec, [{ update, scale: fit.scale }], precision, cache);
  return Math.abs(fit.scale - best.fit.scale) <= 0.15 * Math.abs(best.fit.scale);
}

/** Whether nothing but rounding is in a vector. */
export function isZero(values: ArrayLike<number>): boolean {
  for (let t = 0; t < values.length; t++) if (Math.abs(values[t]!) > 1e-12) return false;
  return true;
}
