import { generalisedAdvantages, temporalDifferenceErrors } from "../../../rl/advantages.ts";
import { discountedReturns } from "../../../rl/returns.ts";
import { endsOf, type Trajectories } from "../evidence.ts";
import type { WeightSpec } from "./options.ts";

type TargetSpec = Pick<WeightSpec, "rewards" | "returns" | "ends" | "lambda">;

/** What a weight is made of before baseline, γᵗ and centring: one number for each step of the trajectories, [T]. */
export function targetsOf(context: Trajectories, gamma: number, spec: TargetSpec): Float64Array {
  const rewards = shiftedRewards(context, spec.rewards);
  const { returns } = spec;
  if (returns === "gae" || returns === "tdError") return advantages(context, rewards, gamma, spec);
  if (returns === "reward") return rewards;
  if (returns === "forward") return forward(context, rewards, gamma);
  if (returns === "discountedSoFar") return soFar(context, rewards, gamma);
  const discount = returns === "undiscounted" || returns === "undiscountedEpisode" ? 1 : gamma;
  const toGo = returnsToGo(context, rewards, discount, spec.ends);
  switch (returns) {
    case "episode":
    case "undiscountedEpisode":
      return spreadFirst(context, toGo);
    case "reversed":
      return reversedWithin(context, toGo);
    default:
      return toGo;
  }
}

function shiftedRewards(context: Trajectories, shift: WeightSpec["rewards"]): Float64Array {
  const { rewards, last } = context;
  if (shift === "own") return rewards;
  return rewards.map((_, t) => {
    if (shift === "next") return last[t] === 1 ? 0 : rewards[t + 1]!;
    return t === 0 || last[t - 1] === 1 ? 0 : rewards[t - 1]!;
  });
}

/** G with the given treatment of trajectory ends. */
function returnsToGo(
  context: Trajectories,
  rewards: Float64Array,
  gamma: number,
  ends: WeightSpec["ends"],
): Float64Array {
  if (ends === "leak" || ends === "lateMask" || ends === "earlyMask") {
    return maskedReturns(context, rewards, gamma, doneMask(context, ends));
  }
  return discountedReturns(rewards, gamma, endsOf(context), bootstrapOf(context, ends));
}

/** The value after each trajectory's end; 0 where there is none. */
export function bootstrapOf(context: Trajectories, ends: WeightSpec["ends"]): Float64Array | undefined {
  const { finalValues, truncated, values, streamEnds } = context;
  if (ends === "noBootstrap") return undefined;
  if (ends === "resetState") {
    return values?.map((_, t) => (streamEnds[t] === 1 ? afterStream(context, t) : values[t + 1]!));
  }
  const isSkipped = (t: number) => ends === "terminal" && truncated[t] === 1;
  return finalValues.map((value, t) => (Number.isNaN(value) || isSkipped(t) ? 0 : value));
}

/** 1 where the running sum starts anew: the real ends, moved by a step within one environment's steps. */
function doneMask(context: Trajectories, ends: WeightSpec["ends"]): Uint8Array {
  const { streamEnds, terminated, truncated } = context;
  const done = terminated.map((flag, t) => flag | truncated[t]!);
  if (ends === "lateMask") return done.map((_, t) => (streamEnds[t - 1] === 1 ? 0 : (done[t - 1] ?? 0)));
  if (ends === "earlyMask") return done.map((_, t) => (streamEnds[t] === 1 ? 0 : (done[t + 1] ?? 0)));
  return new Uint8Array(done.length);
}

/** V of what follows one environment's last row; 0 where it is not given. */
function afterStream({ finalValues, nextValues }: Trajectories, t: number): number {
  const value = Number.isNaN(nextValues[t]!) ? finalValues[t]! : nextValues[t]!;
  return Number.isNaN(value) ? 0 : value;
}

function maskedReturns(
  context: Trajectories,
  rewards: Float64Array,
  gamma: number,
  done: Uint8Array,
): Float64Array {
  const returns = new Float64Array(rewards.length);
  let following = 0;
  for (let t = rewards.length - 1; t >= 0; t--) {
    if (context.streamEnds[t] === 1) following = afterStream(context, t);
    following = rewards[t]! + gamma * (done[t] === 1 ? 0 : following);
    returns[t] = following;
  }
  return returns;
}

function advantages(
  context: Trajectories,
  rewards: Float64Array,
  gamma: number,
  spec: TargetSpec,
): Float64Array {
  const values = context.values!;
  if (spec.ends === "lateMask" || spec.ends === "earlyMask" || spec.ends === "leak") {
    return maskedAdvantages(context, rewards, gamma, spec);
  }
  const bootstrap = bootstrapOf(context, spec.ends);
  if (spec.returns === "tdError") {
    return temporalDifferenceErrors(rewards, values, gamma, endsOf(context), bootstrap);
  }
  return generalisedAdvantages(rewards, values, gamma, spec.lambda, endsOf(context), bootstrap);
}

/** A_t = δ_t + γλ(1 − d_t)A_{t+1} with δ_t = r_t + γ(1 − d_t)V_{t+1} − V_t and a mask d that may be off. */
function maskedAdvantages(
  context: Trajectories,
  rewards: Float64Array,
  gamma: number,
  spec: TargetSpec,
): Float64Array {
  const done = doneMask(context, spec.ends);
  const values = context.values!;
  const lambda = spec.returns === "tdError" ? 0 : spec.lambda;
  const result = new Float64Array(rewards.length);
  let following = 0;
  for (let t = rewards.length - 1; t >= 0; t--) {
    const goesOn = done[t] === 1 ? 0 : 1;
    const isLast = context.streamEnds[t] === 1;
    if (isLast) following = 0;
    const nextValue = isLast ? afterStream(context, t) : values[t + 1]!;
    const delta = rewards[t]! + gamma * goesOn * nextValue - values[t]!;
    following = delta + gamma * lambda * goesOn * following;
    result[t] = following;
  }
  return result;
}

/** f_t = r_t + γ f_{t−1}. */
function forward(context: Trajectories, rewards: Float64Array, gamma: number): Float64Array {
  let running = 0;
  return rewards.map((reward, t) => {
    running = startsAt(context, t) ? reward : reward + gamma * running;
    return running;
  });
}

/** Σ_{k ≤ t} γᵏ r_k. */
function soFar(context: Trajectories, rewards: Float64Array, gamma: number): Float64Array {
  let sum = 0;
  return rewards.map((reward, t) => {
    if (startsAt(context, t)) sum = 0;
    sum += gamma ** context.time[t]! * reward;
    return sum;
  });
}

function spreadFirst(context: Trajectories, values: Float64Array): Float64Array {
  let first = 0;
  return values.map((value, t) => {
    if (startsAt(context, t)) first = value;
    return first;
  });
}

function reversedWithin(context: Trajectories, values: Float64Array): Float64Array {
  const reversed = values.slice();
  let start = 0;
  for (let t = 0; t < values.length; t++) {
    if (context.last[t] === 0) continue;
    reversed.subarray(start, t + 1).reverse();
    start = t + 1;
  }
  return reversed;
}

function startsAt({ last }: Trajectories, t: number): boolean {
  return t === 0 || last[t - 1] === 1;
}
