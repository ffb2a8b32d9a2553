import type { UpdateEvidence } from "../evidence.ts";
import {
  baselineOptions,
  centreOptions,
  type Dimension,
  dimensionNames,
  endOptions,
  factorOptions,
  gammaOptions,
  optionOf,
  orderOptions,
  reductionOptions,
  returnOptions,
  rewardOptions,
  type WeightOption,
  type WeightSpec,
} from "./options.ts";

/** What these updates make possible: options that need a critic, several episodes, … are left out without them. */
export interface Possible {
  readonly hasValues: boolean;
  /** Whether the critic has moved since the steps were taken. */
  readonly hasMovedValues: boolean;
  readonly hasFinalValues: boolean;
  readonly lacksFinalValues: boolean;
  readonly hasSeveralTrajectories: boolean;
  /** Whether an update uses a part of its rollout. */
  readonly hasParts: boolean;
  readonly hasRatio: boolean;
  readonly hasLogProbs: boolean;
  readonly discounts: boolean;
  readonly isRollout: boolean;
  readonly lambdas: readonly number[];
  readonly clips: readonly number[];
}

/** λ that people use, where the trace does not say. */
const usualLambdas = [0.95, 0.97, 0.98, 0.9, 0.99, 0.92, 0.96, 0.8];

/** ε that people clip ratios at. */
const usualClips = [0.2, 0.1, 0.3, 0.15, 0.25, 0.05];

/** What the evidence of these updates makes possible. */
export function possibleOf(updates: readonly UpdateEvidence[]): Possible {
  const some = (test: (update: UpdateEvidence) => boolean) => updates.some(test);
  const ends = updates.flatMap(({ context }) => openEnds(context));
  const lambda = updates.find((update) => update.gaeLambda !== undefined)?.gaeLambda;
  const clip = updates.find(({ clipEpsilon }) => clipEpsilon !== undefined)?.clipEpsilon;
  return {
    hasValues: updates.every(({ context }) => context.values !== undefined),
    hasMovedValues: updates.every(({ context, values }) => context.values && values) && some(hasMovedCritic),
    hasFinalValues: ends.some((value) => !Number.isNaN(value) && value !== 0),
    lacksFinalValues: ends.some((value) => Number.isNaN(value)),
    hasSeveralTrajectories: some(({ context }) => context.trajectories > 1),
    hasParts: some(({ steps, context }) => steps < context.steps),
    hasRatio: some(hasMoved),
    hasLogProbs: updates.every(({ logProbs, ratio }) => logProbs !== undefined || ratio !== undefined),
    discounts: some(({ gamma }) => gamma !== 1),
    isRollout: updates.every(({ isRollout }) => isRollout),
    lambdas: lambda === undefined ? usualLambdas : [lambda],
    clips: clip === undefined ? usualClips : [clip],
  };
}

/** The recorded values after trajectories that do not terminate. */
function openEnds({
  last,
  terminated,
  truncated,
  finalValues,
  knowsEnds,
}: UpdateEvidence["context"]): number[] {
  const values: number[] = [];
  for (let t = 0; t < last.length; t++) {
    if (last[t] === 0 || terminated[t] === 1) continue;
    if (truncated[t] === 1 || knowsEnds || !Number.isNaN(finalValues[t]!)) values.push(finalValues[t]!);
  }
  return values;
}

function hasMoved({ ratio, isRollout }: UpdateEvidence): boolean {
  if (!ratio || !isRollout) return false;
  const { own, sampled } = ratio;
  return own.some((logProb, t) => Math.abs(logProb - sampled[t]!) > 1e-5);
}

function hasMovedCritic({ values, context, places, isRollout }: UpdateEvidence): boolean {
  const moved = (value: number, t: number) => {
    const before = context.values![places[t]!]!;
    return Math.abs(value - before) > 1e-5 * (1 + Math.abs(before));
  };
  return isRollout && values!.some(moved);
}

/** A specification with what it costs to believe it. */
export interface CostedSpec {
  readonly spec: WeightSpec;
  readonly cost: number;
}

const mostDepartures = 3;
const mostCost = 6;

/** All specifications that are possible and cost no more than a limit, the likeliest first. */
export function enumerateSpecs(possible: Possible, limit = mostCost): CostedSpec[] {
  let partial: { chosen: Partial<Record<Dimension, string>>; cost: number; departures: number }[] = [
    { chosen: {}, cost: 0, departures: 0 },
  ];
  for (const dimension of dimensionNames) {
    partial = partial.flatMap((before) =>
      optionsFor(dimension, possible).flatMap(([name, option]) => {
        const cost = before.cost + costOf(dimension, name, option, possible);
        const isDeparture = option.finding !== undefined && cost - before.cost >= 1;
        const departures = before.departures + (isDeparture ? 1 : 0);
        if (cost > limit || departures > mostDepartures) return [];
        return [{ chosen: { ...before.chosen, [dimension]: name }, cost, departures }];
      }),
    );
  }
  return partial
    .flatMap(({ chosen, cost }) => {
      const lambdas = chosen.returns === "gae" ? possible.lambdas : [1];
      const clips = isClipped(chosen.factor) ? possible.clips : [0.2];
      return lambdas.flatMap((lambda, index) =>
        clips.map((clip, place) => ({
          spec: { ...chosen, lambda, clip } as WeightSpec,
          cost: cost + 0.01 * index + 0.001 * place,
        })),
      );
    })
    .filter(({ spec }) => isSensible(spec, possible))
    .sort((a, b) => a.cost - b.cost);
}

function isClipped(factor: string | undefined): boolean {
  return ["clippedRatio", "invertedRatio", "wrongClip", "reversedClip"].includes(factor ?? "");
}

/** In rollouts of fixed length means and weights without γᵗ are the method itself (A2C, PPO). */
function costOf(dimension: Dimension, name: string, option: WeightOption, possible: Possible): number {
  // A mask of ends is what code for rollouts has; whole episodes need none.
  const isMask = name === "lateMask" || name === "earlyMask";
  if (!possible.isRollout) return option.cost + (isMask ? 0.6 : 0);
  if (dimension === "gamma" && name !== "twice") return name === "never" ? 0 : 0.3;
  if (dimension === "reduction" && name === "stepMean") return 0;
  if (dimension === "reduction" && name === "sum") return 0.2;
  if (dimension === "centre" && name === "normalisedUpdate") return 0.2;
  if (dimension === "centre" && name === "normalisedRollout") return 0.25;
  if (dimension === "returns" && name === "gae") return 0;
  return option.cost;
}

function normalisesReturns({ centre }: WeightSpec): boolean {
  return centre === "normalisedReturns" || centre === "normalisedReturnsByN";
}

/** Whether returns are held against the critic as it is at the update, as where advantages are made anew in every epoch. */
function takesOwnValue({ returns, rewards, centre }: WeightSpec): boolean {
  const isOfUpdate = centre === "none" || centre === "normalisedUpdate" || centre === "centredUpdate";
  return isOfUpdate && rewards === "own" && (returns === "toGo" || returns === "gae");
}

/** A running baseline is subtracted from returns where there is no critic. */
function mayBeShifted({ returns, baseline, ends, rewards, order }: WeightSpec): boolean {
  const isPlain = baseline === "none" && ends === "natural" && rewards === "own" && order === "after";
  return isPlain && (returns === "toGo" || returns === "undiscounted");
}

/** Whether every step gets the same weight. */
export function isOneWeight({ returns }: WeightSpec): boolean {
  return returns === "meanOfSum" || returns === "outerSum" || returns === "outerMean";
}

/** Whether the weights of all episodes of an update are normalised together. */
function normalisesBatch(spec: WeightSpec): boolean {
  const { centre } = spec;
  return centre === "normalisedUpdate" || centre === "normalisedRollout" || normalisesReturns(spec);
}

/** Combinations that mean something of their own; the others repeat a cheaper one. */
function isSensible(spec: WeightSpec, possible: Possible): boolean {
  const isAdvantage = spec.returns === "gae" || spec.returns === "tdError";
  if (isAdvantage && spec.baseline === "none") return false;
  if (spec.baseline === "ownValue" && !takesOwnValue(spec)) return false;
  if (spec.order === "before" && (spec.centre === "none" || spec.gamma === "never")) return false;
  if (spec.centre === "scaledUpdate" && spec.reduction !== "sum") return false;
  if (spec.centre === "shiftedUpdate" && !mayBeShifted(spec)) return false;
  if (isOneWeight(spec) && (spec.centre !== "none" || spec.reduction === "trajectoryMean")) return false;
  // mean(ln π)·mean(A) and the mean of a T × T product are the same numbers; only the second befalls rollouts.
  if (spec.returns === "meanOfSum" && possible.isRollout) return false;
  const isOfReturns = spec.returns === "toGo" && spec.baseline === "value" && spec.order === "after";
  if (normalisesReturns(spec) && !isOfReturns) return false;
  const ignoresEnds =
    spec.returns === "reward" || spec.returns === "forward" || spec.returns === "discountedSoFar";
  if (ignoresEnds && spec.ends !== "natural") return false;
  if (spec.ends === "natural" && possible.lacksFinalValues && spec.baseline !== "none") {
    if (possible.hasValues && !ignoresEnds) return false;
  }
  return !(spec.ends === "fitted" && (spec.centre !== "none" || spec.returns !== "toGo"));
}

type Entries = readonly (readonly [string, WeightOption])[];

const tables: Readonly<Record<Dimension, Entries>> = {
  rewards: Object.entries(rewardOptions),
  returns: Object.entries(returnOptions),
  ends: Object.entries(endOptions),
  baseline: Object.entries(baselineOptions),
  centre: Object.entries(centreOptions),
  gamma: Object.entries(gammaOptions),
  order: Object.entries(orderOptions),
  factor: Object.entries(factorOptions),
  reduction: Object.entries(reductionOptions),
};

function optionsFor(dimension: Dimension, possible: Possible): Entries {
  return tables[dimension].filter(([name]) => isPossible(dimension, name, possible));
}

const needs: Readonly<Record<string, (possible: Possible) => boolean>> = {
  "returns.gae": ({ hasValues }) => hasValues,
  "returns.tdError": ({ hasValues }) => hasValues,
  "returns.undiscounted": ({ discounts }) => discounts,
  "returns.undiscountedEpisode": ({ discounts }) => discounts,
  "ends.fitted": ({ hasValues, lacksFinalValues }) => hasValues && lacksFinalValues,
  "ends.terminal": ({ hasFinalValues, hasValues, lacksFinalValues }) =>
    hasFinalValues || (hasValues && lacksFinalValues),
  "ends.noBootstrap": ({ hasFinalValues }) => hasFinalValues,
  "ends.resetState": ({ hasValues, hasSeveralTrajectories }) => hasValues && hasSeveralTrajectories,
  "ends.leak": ({ hasSeveralTrajectories }) => hasSeveralTrajectories,
  "ends.lateMask": ({ hasSeveralTrajectories }) => hasSeveralTrajectories,
  "ends.earlyMask": ({ hasSeveralTrajectories }) => hasSeveralTrajectories,
  "baseline.value": ({ hasValues }) => hasValues,
  "baseline.ownValue": ({ hasMovedValues }) => hasMovedValues,
  "centre.normalisedRollout": ({ hasParts }) => hasParts,
  "centre.normalisedReturns": ({ hasValues, isRollout }) => hasValues && !isRollout,
  "centre.normalisedReturnsByN": ({ hasValues, isRollout }) => hasValues && !isRollout,
  "centre.normalisedEpisode": ({ hasSeveralTrajectories }) => hasSeveralTrajectories,
  "centre.normalisedEpisodeByN": ({ hasSeveralTrajectories }) => hasSeveralTrajectories,
  "gamma.never": ({ discounts }) => discounts,
  "gamma.twice": ({ discounts }) => discounts,
  "factor.probability": ({ hasRatio, hasLogProbs }) => hasLogProbs && !hasRatio,
  "factor.one": ({ hasRatio }) => !hasRatio,
  "factor.unmoved": ({ hasRatio }) => hasRatio,
  "factor.clippedRatio": ({ hasRatio }) => hasRatio,
  "factor.ratio": ({ hasRatio }) => hasRatio,
  "factor.invertedRatio": ({ hasRatio }) => hasRatio,
  "factor.invertedUnclipped": ({ hasRatio }) => hasRatio,
  "factor.wrongClip": ({ hasRatio }) => hasRatio,
  "factor.reversedClip": ({ hasRatio }) => hasRatio,
  "reduction.episodeCount": ({ hasSeveralTrajectories }) => hasSeveralTrajectories,
  "reduction.trajectoryMean": ({ hasSeveralTrajectories }) => hasSeveralTrajectories,
  "reduction.meanOfMeans": ({ hasSeveralTrajectories }) => hasSeveralTrajectories,
};

function isPossible(dimension: Dimension, name: string, possible: Possible): boolean {
  return needs[`${dimension}.${name}`]?.(possible) ?? true;
}

/** The departures of a specification that are findings, in the order of the dimensions. */
export function departuresOf(spec: WeightSpec, possible: Possible): readonly WeightOption[] {
  return dimensionNames
    .filter((dimension) => {
      const isOwn = possible.isRollout && (dimension === "gamma" || dimension === "reduction");
      // Without a baseline the return stops at the time limit: plain REINFORCE, no critic to ask.
      const isUnaware = spec.ends === "terminal" || spec.ends === "noBootstrap";
      if (dimension === "ends" && isUnaware && spec.baseline === "none") return false;
      const isBatch = dimension === "centre" && normalisesBatch(spec);
      if (isBatch && (possible.isRollout || possible.hasSeveralTrajectories)) return false;
      return !(isOwn && spec[dimension] !== "twice");
    })
    .map((dimension) => optionOf(spec, dimension))
    .filter(({ finding }) => finding !== undefined);
}
