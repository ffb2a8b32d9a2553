import { type EpisodeEnds, endsEpisode, timeLimitAsEnd } from "../rl/episodeEnds.ts";
import type { Heads } from "./policy.ts";

/** V(s_t) and V of the state after each step, [T] each. */
export interface Values {
  readonly values: Float64Array;
  readonly nextValues: Float64Array;
  /** V of the final observations [cuts], whether anything follows from it or not. */
  readonly finalValues: Float64Array;
}

/**
 * The row that holds the state after step t among T steps followed by the final observations of cut episodes:
 * t + 1 within an episode, −1 after termination, T + n for the nth cut; −1 also where a time limit counts as an end.
 */
export function followingRows(ends: EpisodeEnds | undefined, steps: number): Int32Array {
  let cuts = 0;
  const following = new Int32Array(steps);
  for (let t = 0; t < steps; t++) {
    if (ends === undefined) following[t] = t === steps - 1 ? -1 : t + 1;
    else if (ends.terminated[t] === 1) following[t] = -1;
    else following[t] = endsEpisode(ends, t, steps) ? steps + cuts++ : t + 1;
    if (ends?.truncated[t] === timeLimitAsEnd) following[t] = -1;
  }
  return following;
}

/** The steps of a batch that end an episode without terminating: each has a final observation. */
export function cutRows({ terminated, truncated }: EpisodeEnds, steps: number): number[] {
  const cuts: number[] = [];
  for (let t = 0; t < steps; t++) {
    if (terminated[t] !== 1 && (t === steps - 1 || truncated[t] !== 0)) cuts.push(t);
  }
  return cuts;
}

/** How many final observations a batch has. */
export function countCuts(ends: EpisodeEnds, steps: number): number {
  return cutRows(ends, steps).length;
}

/** Reads V, the last of every row's `width` outputs, of T steps and of the final observations after them. */
export function readValues(
  outputs: Float64Array,
  width: number,
  steps: number,
  ends: EpisodeEnds | undefined,
): Values {
  const following = followingRows(ends, steps);
  const values = new Float64Array(steps);
  const nextValues = new Float64Array(steps);
  const last = width - 1;
  for (let t = 0; t < steps; t++) {
    const row = following[t]!;
    values[t] = outputs[t * width + last]!;
    nextValues[t] = row < 0 ? 0 : outputs[row * width + last]!;
  }
  const cuts = ends === undefined ? 0 : countCuts(ends, steps);
  const finalValues = Float64Array.from({ length: cuts }, (_, n) => outputs[(steps + n) * width + last]!);
  return { values, nextValues, finalValues };
}

/** The heads of steps that do not follow each other: nothing is known of what comes after them. */
export function withoutFollowing(heads: Heads): Heads {
  return { ...heads, nextValues: undefined, finalValues: undefined };
}

/** ∂L/∂V of every row, [T + cuts]: what reaches V_t by name, and by V_next of the step before it. */
export function valuesGradient(
  direct: Float64Array | undefined,
  next: Float64Array | undefined,
  ends: EpisodeEnds | undefined,
  steps: number,
): Float64Array {
  const following = followingRows(ends, steps);
  let rows = steps;
  for (let t = 0; t < steps; t++) rows = Math.max(rows, following[t]! + 1);
  const gradient = new Float64Array(rows);
  if (direct !== undefined) gradient.set(direct);
  if (next === undefined) return gradient;
  for (let t = 0; t < steps; t++) {
    const row = following[t]!;
    if (row >= 0) gradient[row]! += next[t]!;
  }
  return gradient;
}
