/**
 * The normal distribution with independent dimensions, by its mean μ and ln σ, one dimension at a time; what belongs
 * to an action of d dimensions is the sum over them. With ε = (a − μ)/σ: ln π = −½ε² − ln σ − ½ ln 2π.
 */

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** ln π(a) of one dimension. */
export function normalLogProbability(action: number, mu: number, logSigma: number): number {
  const epsilon = standardised(action, mu, logSigma);
  return -0.5 * epsilon * epsilon - logSigma - halfLogTwoPi;
}

/** H = ½ + ½ ln 2π + ln σ of one dimension, in nats. */
export function normalEntropy(logSigma: number): number {
  return 0.5 + halfLogTwoPi + logSigma;
}

/** ∂ln π/∂μ = (a − μ)/σ². */
export function normalMuGradient(action: number, mu: number, logSigma: number): number {
  return standardised(action, mu, logSigma) * Math.exp(-logSigma);
}

/** ∂ln π/∂ln σ = (a − μ)²/σ² − 1; ∂H/∂ln σ is 1. */
export function normalLogSigmaGradient(action: number, mu: number, logSigma: number): number {
  const epsilon = standardised(action, mu, logSigma);
  return epsilon * epsilon - 1;
}

/**
 * ln |da/du| of the squashing a = scale·tanh(u): ln scale + 2(ln 2 − u − ln(1 + e^{−2u})), which stays exact where
 * 1 − tanh²(u) is all rounding. ln π(a) of a squashed normal is ln π(u) minus this, and has the same gradients.
 */
export function squashLogSlope(unsquashed: number, scale: number): number {
  return Math.log(scale) + 2 * (Math.LN2 - unsquashed - softplus(-2 * unsquashed));
}

/** u of a = scale·tanh(u); ±Infinity at the bounds and NaN beyond them. */
export function unsquash(action: number, scale: number): number {
  return Math.atanh(action / scale);
}

/** ln(1 + eˣ), without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** x with ln(1 + eˣ) = y, y > 0. */
export function inverseSoftplus(y: number): number {
  return y + Math.log(-Math.expm1(-y));
}

/** (a − μ)/σ. */
function standardised(action: number, mu: number, logSigma: number): number {
  return (action - mu) * Math.exp(-logSigma);
}
