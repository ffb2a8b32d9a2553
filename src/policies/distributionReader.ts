import type { Generator } from "../rl/generator.ts";
import type { Heads } from "./policy.ts";

/**
 * Turns a policy's raw outputs [rows × O] into the action distribution, row by row, in float64 on the CPU: the same
 * code for every backend. What it returns are views of its buffers, valid until it reads on.
 */
export interface DistributionReader {
  /** Makes room for `rows` rows; what was read stays. */
  reserve(rows: number): void;
  /** Reads row `row` of `outputs`: its distribution can be sampled then. */
  readRow(outputs: Float64Array, row: number): void;
  /**
   * Draws the action of a row that was read and writes it to `actions`: an index at `row`, or d numbers at row·d.
   * @returns false where the distribution is not made of numbers any more (the policy has diverged).
   */
  sample(row: number, generator: Generator, actions: Float64Array): boolean;
  /** The heads of rows 0 … steps − 1, which were read, for the actions taken. */
  heads(actions: Float64Array, steps: number): Heads;
}
