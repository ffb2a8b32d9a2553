import { type Bootstrap, type EpisodeEnds, endsEpisode, valueAfterEnd } from "./episodeEnds.ts";

/**
 * Temporal-difference errors [T]: δ_t = r_t + γ·V_{t+1} − V_t, t = 0 … T−1, where V after the end of an episode
 * is 0 if it terminated and else the bootstrap. Sutton & Barto (2nd ed.), equation 6.5.
 */
export function temporalDifferenceErrors(
  rewards: Float64Array,
  values: Float64Array,
  gamma: number,
  ends: EpisodeEnds,
  bootstrap?: Bootstrap,
): Float64Array {
  const steps = rewards.length;
  return rewards.map((reward, t) => {
    const following = endsEpisode(ends, t, steps) ? valueAfterEnd(ends, t, bootstrap) : values[t + 1]!;
    return reward + gamma * following - values[t]!;
  });
}

/**
 * Generalised advantage estimates [T]: A_t = δ_t + γλ·A_{t+1}, t = T−1 … 0, with A after the end of an episode 0.
 * λ = 0 gives δ_t, λ = 1 gives G_t − V_t. Schulman et al. (2016), equation 16.
 */
export function generalisedAdvantages(
  rewards: Float64Array,
  values: Float64Array,
  gamma: number,
  lambda: number,
  ends: EpisodeEnds,
  bootstrap?: Bootstrap,
): Float64Array {
  const steps = rewards.length;
  const advantages = temporalDifferenceErrors(rewards, values, gamma, ends, bootstrap);
  for (let t = steps - 2; t >= 0; t--) {
    if (!endsEpisode(ends, t, steps)) advantages[t]! += gamma * lambda * advantages[t + 1]!;
  }
  return advantages;
}

/**
 * n-step returns [T]: r_t + γ·r_{t+1} + … + γ^{n−1}·r_{t+n−1} + γ^n·V_{t+n}, cut at the end of the episode, where
 * the last term is 0 if it terminated and else the bootstrap. n ≥ 1. Sutton & Barto (2nd ed.), equation 7.1.
 */
export function nStepReturns(
  rewards: Float64Array,
  values: Float64Array,
  gamma: number,
  n: number,
  ends: EpisodeEnds,
  bootstrap?: Bootstrap,
): Float64Array {
  const steps = rewards.length;
  return rewards.map((_, start) => {
    let last = start;
    while (last < start + n - 1 && !endsEpisode(ends, last, steps)) last++;
    let sum = endsEpisode(ends, last, steps) ? valueAfterEnd(ends, last, bootstrap) : values[last + 1]!;
    for (let t = last; t >= start; t--) sum = rewards[t]! + gamma * sum;
    return sum;
  });
}
