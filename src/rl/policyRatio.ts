/** How far a policy has gone from the one that acted, by the ratios π(a|s)/π_old(a|s) of a batch's actions. */
export interface RatioSummary {
  /** Mean of (ratio − 1) − ln ratio: Schulman's k3 estimate of KL(old, new), CleanRL's approx_kl. */
  readonly approximateKl: number;
  /** Mean of −ln ratio: the k1 estimate, CleanRL's old_approx_kl. */
  readonly oldApproximateKl: number;
  /** Share of steps with |ratio − 1| > ε, CleanRL's clipfrac. */
  readonly clipFraction: number;
  /** The ε that is meant. */
  readonly epsilon: number;
}

export function summariseRatios(ratios: Float64Array, epsilon: number): RatioSummary {
  let kl = 0;
  let oldKl = 0;
  let clipped = 0;
  for (const ratio of ratios) {
    kl += ratio - 1 - Math.log(ratio);
    oldKl -= Math.log(ratio);
    if (Math.abs(ratio - 1) > epsilon) clipped++;
  }
  const count = ratios.length;
  return {
    approximateKl: kl / count,
    oldApproximateKl: oldKl / count,
    clipFraction: clipped / count,
    epsilon,
  };
}
