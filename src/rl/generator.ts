/**
 * A seeded source of uniform numbers whose state can be stored and restored bit for bit.
 * Everything random in a run (initial weights, environment, actions) draws from one of these.
 */
export interface Generator {
  /** A uniform number in [0, 1) with 53 random bits. */
  uniform(): number;
  /** The whole state, JSON-safe. */
  state(): readonly number[];
  restore(state: readonly number[]): void;
}
