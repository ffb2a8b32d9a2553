import { type Bootstrap, type EpisodeEnds, endsEpisode, valueAfterEnd } from "./episodeEnds.ts";

/**
 * Discounted returns [T]: G_t = r_t + γ·G_{t+1}, t = T−1 … 0, where G after the end of an episode is 0 if it
 * terminated and else the bootstrap. Sutton & Barto (2nd ed.), equations 3.9 and 3.11.
 */
export function discountedReturns(
  rewards: Float64Array,
  gamma: number,
  ends: EpisodeEnds,
  bootstrap?: Bootstrap,
): Float64Array {
  const steps = rewards.length;
  const returns = new Float64Array(steps);
  let following = 0;
  for (let t = steps - 1; t >= 0; t--) {
    if (endsEpisode(ends, t, steps)) following = valueAfterEnd(ends, t, bootstrap);
    following = rewards[t]! + gamma * following;
    returns[t] = following;
  }
  return returns;
}

/** γ^time[t] for every step [T], with 0⁰ = 1; `time` counts from each episode's start. */
export function discountPowers(time: Float64Array, gamma: number): Float64Array {
  return time.map((t) => gamma ** t);
}
