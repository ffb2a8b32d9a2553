import { bestAction, bestReward } from "./bandit.ts";

/** What can be said exactly of a softmax policy on a bandit. */
export interface BanditSolution {
  /** J = Σ_k π_k m_k, the expected reward. */
  readonly performance: number;
  /** ∂J/∂(preference k) = π_k (m_k − J). */
  readonly gradient: readonly number[];
}

/** Solves a bandit with these mean rewards for softmax preferences (logits). */
export function solveBandit(preferences: readonly number[], means: readonly number[]): BanditSolution {
  const highest = Math.max(...preferences);
  const weights = preferences.map((preference) => Math.exp(preference - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const probabilities = weights.map((weight) => weight / total);
  const performance = probabilities.reduce((sum, p, k) => sum + p * means[k]!, 0);
  return { performance, gradient: probabilities.map((p, k) => p * (means[k]! - performance)) };
}

/** What can be said exactly of a normal policy on the bandit with a real-valued action. */
export interface ContinuousBanditSolution {
  /** J = best reward − ((μ − best action)² + σ²). */
  readonly performance: number;
  readonly meanGradient: number;
  readonly deviationGradient: number;
}

/** Solves the real-valued bandit for actions drawn from N(μ, σ²), σ > 0. */
export function solveContinuousBandit(mean: number, deviation: number): ContinuousBanditSolution {
  const error = mean - bestAction;
  return {
    performance: bestReward - (error * error + deviation * deviation),
    meanGradient: -2 * error,
    deviationGradient: -2 * deviation,
  };
}
