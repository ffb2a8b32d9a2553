/**
 * Whether an episode that has not terminated is cut after `steps` steps (Gymnasium's TimeLimit).
 * A step can be terminated and truncated at once, as there.
 */
export function reachesTimeLimit(steps: number, timeLimit: number | undefined): boolean {
  return timeLimit !== undefined && steps >= timeLimit;
}
