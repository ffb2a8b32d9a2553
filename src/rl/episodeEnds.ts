/** What `truncated` holds where a time limit cut the episode, and where only the batch was cut and the episode goes on. */
export const cutByTimeLimit = 1;
export const cutByBatch = 2;
/** Where a time limit cut the episode and, by a setting, counts as if the environment had ended it: V of what follows is 0. */
export const timeLimitAsEnd = 3;

/**
 * Where episodes end in a batch of T steps. The last row always ends the batch; where it is neither
 * terminated nor truncated the batch was cut in mid-episode, which counts as truncation.
 */
export interface EpisodeEnds {
  /** [T], 1 where the environment ended the episode: the value after it is 0. */
  readonly terminated: Uint8Array;
  /** [T], not 0 where a time limit, or the batch, cut the episode: the value after it is the bootstrap, but for `timeLimitAsEnd`. */
  readonly truncated: Uint8Array;
}

/**
 * V of the final observation, [T]; only the entries of rows that end an episode without terminating are
 * read. Absent: 0 everywhere, as in plain Monte Carlo returns.
 */
export type Bootstrap = Float64Array | undefined;

export function endsEpisode(ends: EpisodeEnds, t: number, steps: number): boolean {
  return t === steps - 1 || ends.terminated[t] === 1 || ends.truncated[t] !== 0;
}

/** The value that follows row t where t ends an episode: 0 after termination, else the bootstrap. */
export function valueAfterEnd(ends: EpisodeEnds, t: number, bootstrap: Bootstrap): number {
  return ends.terminated[t] === 1 || bootstrap === undefined ? 0 : bootstrap[t]!;
}
