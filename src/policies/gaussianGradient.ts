import { normalLogSigmaGradient, normalMuGradient } from "../rl/gaussian.ts";
import type { GaussianHead, GaussianHeads } from "./policy.ts";

/** ∂L/∂ of what a loss can name of a Gaussian action distribution; an absent one is 0. */
export interface GaussianAdjoints {
  /** ∂L/∂ln π(a_t|s_t), [T]. */
  readonly logProbabilities?: Float64Array;
  /** ∂L/∂H_t, [T]. */
  readonly entropies?: Float64Array;
  /** ∂L/∂μ_ti and ∂L/∂σ_ti where the loss names them, [T × d]. */
  readonly mu?: Float64Array;
  readonly sigma?: Float64Array;
}

/** The whole ∂L/∂μ, ∂L/∂ln σ and ∂L/∂s of the raw deviations, [T × d] each. */
export interface GaussianGradient {
  readonly mu: Float64Array;
  readonly logSigma: Float64Array;
  readonly raw: Float64Array;
}

/**
 * Every head's adjoint chained to μ and s: μ̄ + l̄·(a − μ)/σ², and for ln σ: σ̄·σ + l̄·((a − μ)²/σ² − 1) + H̄, which is
 * that of s for σ = eˢ and is multiplied by d ln σ/ds = (1 − e^{−σ})/σ for σ = ln(1 + eˢ).
 */
export function gaussianGradient(
  heads: GaussianHeads,
  actions: Float64Array,
  dimensions: number,
  by: GaussianHead["by"],
  adjoints: GaussianAdjoints,
): GaussianGradient {
  const { mu, sigma, logSigma } = heads;
  const gradient = {
    mu: new Float64Array(actions.length),
    logSigma: new Float64Array(actions.length),
    raw: new Float64Array(actions.length),
  };
  for (let at = 0; at < actions.length; at++) {
    const t = Math.floor(at / dimensions);
    const policy = adjoints.logProbabilities?.[t] ?? 0;
    let byMu = adjoints.mu?.[at] ?? 0;
    let byLogSigma = (adjoints.entropies?.[t] ?? 0) + (adjoints.sigma?.[at] ?? 0) * sigma[at]!;
    if (policy !== 0) {
      byMu += policy * normalMuGradient(actions[at]!, mu[at]!, logSigma[at]!);
      byLogSigma += policy * normalLogSigmaGradient(actions[at]!, mu[at]!, logSigma[at]!);
    }
    gradient.mu[at] = byMu;
    gradient.logSigma[at] = byLogSigma;
    gradient.raw[at] = by === "exp" ? byLogSigma : (byLogSigma * -Math.expm1(-sigma[at]!)) / sigma[at]!;
  }
  return gradient;
}
