import type { Batch } from "../rl/batch.ts";

/**
 * Chooses the action of row `row`, whose observation lies at `row × observationSize`, and writes it to `actions`.
 * @returns false where the policy's outputs are no numbers.
 */
export type Act = (observations: Float64Array, row: number, actions: Float64Array) => boolean;

/** Gathers the steps of an update. What it gathers does not depend on how the work is cut into calls. */
export interface Collector {
  /** Undiscounted returns of the episodes that ended in this batch. */
  readonly returns: readonly number[];
  /** Forgets the batch; the next `collect` starts one. */
  clear(): void;
  /** Takes at most `budget` steps; true once the batch is whole. */
  collect(amount: number, act: Act, budget: number): boolean;
  /** The batch as views of the columns: valid until the next `clear`. */
  batch(): Batch;
  /** Where episodes stand between two batches; empty where batches are made of whole episodes. */
  state(): Float64Array;
  /** Goes on from a state, after `episodes` whole episodes. */
  restore(state: Float64Array, episodes: number): void;
}
