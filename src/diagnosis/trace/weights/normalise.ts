import type { Trajectories } from "../evidence.ts";

/** What numbers were normalised by: how many they were, and their deviation with n − 1. */
export interface Population {
  readonly count: number;
  readonly deviation: number;
}

/** (w − mean) / std with n − 1, as torch, or with n, as NumPy; a single number or equal ones become 0. */
export function normalise(weights: Float64Array, ddof: 0 | 1 = 1): Float64Array {
  const centred = centre(weights);
  const { deviation, count } = populationOf(centred);
  if (!(deviation > 0)) return centred;
  const scale = ddof === 1 ? deviation : deviation * Math.sqrt((count - 1) / count);
  return centred.map((weight) => weight / scale);
}

/** w − mean. */
export function centre(weights: Float64Array): Float64Array {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return weights.map((weight) => weight - mean);
}

/** Every trajectory by its own mean and deviation. */
export function normaliseEpisodes(
  { last }: Trajectories,
  weights: Float64Array,
  ddof: 0 | 1 = 1,
): Float64Array {
  const result = weights.slice();
  let start = 0;
  for (let t = 0; t < weights.length; t++) {
    if (last[t] === 0) continue;
    result.set(normalise(weights.subarray(start, t + 1), ddof), start);
    start = t + 1;
  }
  return result;
}

/** Count and deviation of these numbers. */
export function populationOf(weights: Float64Array): Population {
  const count = weights.length;
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / count;
  const square = weights.reduce((sum, weight) => sum + (weight - mean) ** 2, 0);
  return { count, deviation: Math.sqrt(square / Math.max(1, count - 1)) };
}

/** What may be added to a deviation so that nothing is divided by 0; more than this is another rule. */
const largestEpsilon = 0.1;

/**
 * Whether factors κ on weights that were divided by their deviation with n − 1 are those of a division by
 * (deviation + ε), with n − 1 or with n, and one ε for all.
 */
export function areDivisions(
  scales: readonly number[],
  populations: readonly Population[],
  slack: number,
): boolean {
  return [1, 0].some((ddof) => {
    const epsilons = populations.map(({ count, deviation }, at) => {
      const used = ddof === 1 ? deviation : deviation * Math.sqrt((count - 1) / count);
      return { epsilon: deviation / Math.abs(scales[at]!) - used, rounding: slack * deviation };
    });
    const least = Math.max(...epsilons.map(({ epsilon, rounding }) => epsilon - rounding));
    const most = Math.min(...epsilons.map(({ epsilon, rounding }) => epsilon + rounding));
    return least <= most && most >= 0 && least <= largestEpsilon;
  });
}
