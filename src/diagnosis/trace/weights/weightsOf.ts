import type { Trajectories, UpdateEvidence } from "../evidence.ts";
import { centre, normalise, normaliseEpisodes, type Population, populationOf } from "./normalise.ts";
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
  const centred = centredWeights(update, spec, beforeCentring(update, spec, cache));
  const powered = spec.order === "after" ? timesGammaAtSteps(update, spec, centred) : centred;
  return reduced(update, spec, timesFactor(update, spec, asOne(spec, powered)));
}

/** The numbers that an update's weights were normalised among; undefined where they were not, or each episode was. */
export function normalisedAmong(
  update: UpdateEvidence,
  spec: WeightSpec,
  cache: TargetCache,
): Population | undefined {
  if (spec.centre !== "normalisedUpdate" && spec.centre !== "normalisedRollout") return undefined;
  const whole = beforeCentring(update, spec, cache);
  return populationOf(spec.centre === "normalisedRollout" ? whole : atSteps(update, spec, whole));
}

/** Advantages that were normalised among the steps of an update, and their deviation; undefined where they were not. */
export function normalisedAdvantages(
  update: UpdateEvidence,
  spec: WeightSpec,
  cache: TargetCache,
): { readonly advantages: Float64Array; readonly deviation: number } | undefined {
  if (spec.centre !== "normalisedUpdate") return undefined;
  const plain = atSteps(update, spec, beforeCentring(update, spec, cache));
  const { deviation } = populationOf(plain);
  return deviation > 0 ? { advantages: normalise(plain), deviation } : undefined;
}

/** What is centred and scaled, for all steps of the trajectories. */
function beforeCentring(update: UpdateEvidence, spec: WeightSpec, cache: TargetCache): Float64Array {
  const whole = withBaseline(update, spec, cache.of(update.context, update.gamma, spec));
  return spec.order === "before" ? timesGamma(update, spec, whole) : whole;
}

function centredWeights(update: UpdateEvidence, spec: WeightSpec, whole: Float64Array): Float64Array {
  switch (spec.centre) {
    case "normalisedRollout":
      return atSteps(update, spec, normalise(whole));
    case "normalisedEpisode":
      return atSteps(update, spec, normaliseEpisodes(update.context, whole));
    case "normalisedEpisodeByN":
      return atSteps(update, spec, normaliseEpisodes(update.context, whole, 0));
    case "normalisedUpdate":
      return normalise(atSteps(update, spec, whole));
    case "centredUpdate":
      return centre(atSteps(update, spec, whole));
    default:
      return atSteps(update, spec, whole);
  }
}

/** An update's own steps among those of its trajectories; less the critic's own V where it has moved since. */
function atSteps(update: UpdateEvidence, { baseline }: WeightSpec, whole: Float64Array): Float64Array {
  const { places, context, values } = update;
  const own = new Float64Array(places.length);
  for (let t = 0; t < own.length; t++) own[t] = whole[places[t]!]!;
  if (baseline !== "ownValue" || !values || !context.values) return own;
  return own.map((weight, t) => weight + context.values![places[t]!]! - values[t]!);
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
  return centredReturns(spec, targets).map((target, t) => target - values[t]!);
}

/** Returns that are normalised before the critic is subtracted, which then learns the normalised ones. */
function centredReturns({ centre }: WeightSpec, targets: Float64Array): Float64Array {
  if (centre === "normalisedReturns") return normalise(targets);
  return centre === "normalisedReturnsByN" ? normalise(targets, 0) : targets;
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

function timesFactor(update: UpdateEvidence, spec: WeightSpec, weights: Float64Array): Float64Array {
  const { factor } = spec;
  const { logProbs, ratio: scores } = update;
  const own = logProbs ?? scores?.own;
  if (factor === "probability" && own) return weights.map((weight, t) => weight * Math.exp(own[t]!));
  if (factor === "one" || factor === "unmoved" || factor === "probability" || !scores) return weights;
  const epsilon = spec.clip;
  return weights.map((weight, t) => {
    const shift = scores.own[t]! - scores.sampled[t]!;
    const isInverted = factor === "invertedRatio" || factor === "invertedUnclipped";
    const ratio = Math.exp(isInverted ? -shift : shift);
    const whole = isInverted ? -weight * ratio : weight * ratio;
    if (factor === "ratio" || factor === "invertedUnclipped" || Math.abs(ratio - 1) <= epsilon) return whole;
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
  const among = spec.reduction === "meanOfMeans" ? context.trajectories : 1;
  return weights.map((weight, t) => weight / (among * lengths[context.trajectory[places[t]!]!]!));
}
