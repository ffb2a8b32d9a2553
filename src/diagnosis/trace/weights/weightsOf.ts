import type { Trajectories, UpdateEvidence } from "../evidence.ts";
import type { WeightSpec } from "./options.ts";
import { targetsOf } from "./targets.ts";

/** Remembers the targets of one set of trajectories, which many specifications share. */
export class TargetCache {
  readonly #targets = new WeakMap<Trajectories, Map<string, Float64Array>>();

  /** [T of the trajectories]. */
  of(context: Trajectories, gamma: number, spec: WeightSpec): Float64Array {
    const known = this.#targets.get(context) ?? new Map<string, Float64Array>();
    this.#targets.set(context, known);
    const kind = spec.returns === "gae" ? `gae ${spec.lambda}` : spec.returns;
    const key = `${gamma} ${spec.rewards} ${kind} ${spec.ends}`;
    const targets = known.get(key) ?? targetsOf(context, gamma, spec);
    known.set(key, targets);
    return targets;
  }
}

/** The weights w_t [T] of an update under a specification: what c_t is, up to a common factor. */
export function weightsOf(update: UpdateEvidence, spec: WeightSpec, cache: TargetCache): Float64Array {
  const whole = withBaseline(update, spec, cache.of(update.context, update.gamma, spec));
  const powered = spec.order === "before" ? timesGamma(update, spec, whole) : whole;
  const centred = spec.centre === "normalisedEpisode" ? normaliseEpisodes(update.context, powered) : powered;
  let weights: Float64Array = Float64Array.from(update.places, (place) => centred[place]!);
  if (spec.centre === "normalisedUpdate") weights = normalise(weights, true);
  if (spec.centre === "centredUpdate") weights = normalise(weights, false);
  if (spec.order === "after") weights = timesGammaAtSteps(update, spec, weights);
  weights = asOne(spec, weights);
  return reduced(update, spec, timesFactor(update, spec, weights));
}

/** What a target minus its baseline is multiplied with [T]: γᵗ, 1/T and the like. */
export function multipliersOf(update: UpdateEvidence, spec: WeightSpec): Float64Array {
  const ones = new Float64Array(update.steps).fill(1);
  return reduced(update, spec, timesFactor(update, spec, timesGammaAtSteps(update, spec, ones)));
}

function withBaseline(update: UpdateEvidence, spec: WeightSpec, targets: Float64Array): Float64Array {
  const { values } = update.context;
  if (spec.baseline === "none" || !values || spec.returns === "gae" || spec.returns === "tdError") {
    return targets;
  }
  const centred = spec.centre === "normalisedReturns" ? normalise(targets, true) : targets;
  return centred.map((target, t) => target - values[t]!);
}

function powerOf(spec: WeightSpec): number {
  return spec.gamma === "once" ? 1 : spec.gamma === "twice" ? 2 : 0;
}

function timesGamma(update: UpdateEvidence, spec: WeightSpec, weights: Float64Array): Float64Array {
  const power = powerOf(spec);
  if (power === 0) return weights;
  return weights.map((weight, t) => weight * update.gamma ** (power * update.context.time[t]!));
}

function timesGammaAtSteps(update: UpdateEvidence, spec: WeightSpec, weights: Float64Array): Float64Array {
  const power = powerOf(spec);
  if (power === 0) return weights;
  const { context, gamma, places } = update;
  return weights.map((weight, t) => weight * gamma ** (power * context.time[places[t]!]!));
}

/** The slips that give every step the same weight. */
function asOne(spec: WeightSpec, weights: Float64Array): Float64Array {
  const steps = weights.length;
  const divisor = { meanOfSum: steps, outerSum: 1, outerMean: steps * steps }[spec.returns as string];
  if (divisor === undefined) return weights;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return new Float64Array(steps).fill(sum / divisor);
}

function normaliseEpisodes(context: Trajectories, weights: Float64Array): Float64Array {
  const result = weights.slice();
  let start = 0;
  for (let t = 0; t < weights.length; t++) {
    if (context.last[t] === 0) continue;
    result.set(normalise(weights.subarray(start, t + 1), true), start);
    start = t + 1;
  }
  return result;
}

/** (w − mean) / std with n − 1, as torch; a single number or equal ones become 0. */
function normalise(weights: Float64Array, scales: boolean): Float64Array {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  const centred = weights.map((weight) => weight - mean);
  if (!scales) return centred;
  const square = centred.reduce((sum, weight) => sum + weight * weight, 0);
  if (!(square > 0)) return centred;
  const deviation = Math.sqrt(square / Math.max(1, weights.length - 1));
  return centred.map((weight) => weight / deviation);
}

function timesFactor(update: UpdateEvidence, spec: WeightSpec, weights: Float64Array): Float64Array {
  const { factor } = spec;
  const { logProbs, sampledLogProbs } = update;
  if (factor === "one" || factor === "unmoved" || !logProbs || !sampledLogProbs) return weights;
  if (factor === "probability") return weights.map((weight, t) => weight * Math.exp(logProbs[t]!));
  const epsilon = update.clipEpsilon ?? 0.2;
  return weights.map((weight, t) => {
    const shift = logProbs[t]! - sampledLogProbs[t]!;
    const isInverted = factor === "invertedRatio";
    const ratio = Math.exp(isInverted ? -shift : shift);
    const whole = isInverted ? -weight * ratio : weight * ratio;
    if (factor === "ratio" || Math.abs(ratio - 1) <= epsilon) return whole;
    if (factor === "wrongClip") return 0;
    const isHeld = weight > 0 === ratio > 1;
    return isHeld === (factor !== "reversedClip") ? 0 : whole;
  });
}

function reduced(update: UpdateEvidence, spec: WeightSpec, weights: Float64Array): Float64Array {
  if (spec.reduction === "sum") return weights;
  if (spec.reduction === "stepMean") return weights.map((weight) => weight / update.steps);
  const { context, places } = update;
  if (spec.reduction === "episodeCount") return weights.map((weight) => weight / context.trajectories);
  const lengths = new Float64Array(context.trajectories);
  for (const trajectory of context.trajectory) lengths[trajectory]!++;
  return weights.map((weight, t) => weight / lengths[context.trajectory[places[t]!]!]!);
}
