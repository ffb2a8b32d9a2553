import type { Generator } from "../rl/generator.ts";

/** A box of real numbers, one low and high bound per dimension (±Infinity allowed). */
export interface BoxSpace {
  readonly kind: "box";
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly names: readonly string[];
}

/** The integers 0 … n − 1, with a word for each. */
export interface DiscreteSpace {
  readonly kind: "discrete";
  readonly n: number;
  readonly names: readonly string[];
}

/**
 * One environment after Gymnasium's contract: the seed enters through reset, an end of the
 * dynamics (`terminated`) is kept apart from a time limit, and the time limit itself lies
 * outside (see `EnvironmentRecord.timeLimit`). Observations are written into the caller's
 * array, rounded to float32 where Gymnasium rounds.
 */
export interface Environment {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: DiscreteSpace;
  /** Starts an episode and writes the first observation at `offset`. */
  reset(generator: Generator, observation: Float64Array, offset: number): void;
  /** Takes an action, writes the next observation at `offset`, and returns the reward. */
  step(action: number, observation: Float64Array, offset: number): number;
  /** Whether the last step ended the episode. */
  readonly terminated: boolean;
  /** The internal state, float64, for checkpoints and for drawing. */
  state(): readonly number[];
  /** Sets the internal state and writes the observation that belongs to it. */
  restore(state: readonly number[], observation: Float64Array, offset: number): void;
}

/** What the registry holds of an environment: adding one is one record. */
export interface EnvironmentRecord {
  readonly id: string;
  readonly title: string;
  /** Steps after which an episode is truncated; undefined for none. */
  readonly timeLimit: number | undefined;
  /** Average return of 100 episodes that counts as solved; undefined where there is none. */
  readonly solvedAt: number | undefined;
  readonly reference: string;
  create(): Environment;
}
