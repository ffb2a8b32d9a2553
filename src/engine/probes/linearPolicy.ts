/** Names of the two actions of every probe. */
export const actionNames = ["a", "b"] as const;

/**
 * How much a linear policy over two actions prefers the second: the difference of its logits for an observation.
 * `theta` holds W [2 × n] row by row, then b [2].
 */
export function preference(theta: ArrayLike<number>, observation: readonly number[]): number {
  const n = observation.length;
  const weights = observation.reduce((sum, value, i) => sum + value * (theta[n + i]! - theta[i]!), 0);
  return weights + theta[2 * n + 1]! - theta[2 * n]!;
}

/** V of a linear value network whose w [n] and c [1] follow the policy's parameters. */
export function stateValue(theta: ArrayLike<number>, observation: readonly number[]): number {
  const start = 2 * observation.length + 2;
  const sum = observation.reduce((total, value, i) => total + value * theta[start + i]!, 0);
  return sum + theta[start + observation.length]!;
}

/** π of an action, from the preference for the second. */
export function probability(preferred: number, action: number): number {
  return 1 / (1 + Math.exp(action === 1 ? -preferred : preferred));
}
