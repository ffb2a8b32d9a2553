import type { Batch } from "../rl/batch.ts";

/** The columns of a batch with room for more steps than it has. */
export interface Columns {
  readonly observations: Float64Array;
  readonly actions: Float64Array;
  readonly rewards: Float64Array;
  readonly time: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly episodes: Float64Array;
}

/** Columns with room for `capacity` steps. */
export function createColumns(capacity: number, observationSize: number, actionSize: number): Columns {
  return {
    observations: new Float64Array(capacity * observationSize),
    actions: new Float64Array(capacity * actionSize),
    rewards: new Float64Array(capacity),
    time: new Float64Array(capacity),
    terminated: new Uint8Array(capacity),
    truncated: new Uint8Array(capacity),
    episodes: new Float64Array(capacity),
  };
}

/** Larger columns with everything copied. */
export function growColumns(
  old: Columns,
  capacity: number,
  observationSize: number,
  actionSize: number,
): Columns {
  const grown = createColumns(capacity, observationSize, actionSize);
  grown.observations.set(old.observations);
  grown.actions.set(old.actions);
  grown.rewards.set(old.rewards);
  grown.time.set(old.time);
  grown.terminated.set(old.terminated);
  grown.truncated.set(old.truncated);
  grown.episodes.set(old.episodes);
  return grown;
}

/** The first `steps` rows of the columns, as a batch of views. */
export function viewColumns(
  columns: Columns,
  steps: number,
  sizes: { readonly observationSize: number; readonly actionSize: number; readonly actionCount: number },
): Batch {
  const { observationSize, actionSize, actionCount } = sizes;
  return {
    steps,
    observationSize,
    actionCount,
    observations: columns.observations.subarray(0, steps * observationSize),
    actions: columns.actions.subarray(0, steps * actionSize),
    rewards: columns.rewards.subarray(0, steps),
    time: columns.time.subarray(0, steps),
    terminated: columns.terminated.subarray(0, steps),
    truncated: columns.truncated.subarray(0, steps),
    episodes: columns.episodes.subarray(0, steps),
  };
}
