/** What k environments did in one step, row by row; columns may be longer. */
export interface RemoteSteps {
  /** [k × observationSize], the observation after the step: an episode's last one where it ended. */
  readonly observations: Float64Array;
  /** [k]. */
  readonly rewards: Float64Array;
  /** [k], 1 where the environment ended the episode. */
  readonly terminated: Uint8Array;
  /** [k], 1 where a time limit cut it. */
  readonly truncated: Uint8Array;
  /** [k], 1 where the row is no step but the reset after the last one (autoreset mode NextStep): its reward means nothing. */
  readonly fake: Uint8Array;
  /** [k], in how many dimensions the action lay beyond its bounds and was moved to them. */
  readonly clipped: Uint8Array;
  /** How many of the ended environments, in the order of their rows, began their next episode at once. */
  readonly begun: number;
  /** [begun × observationSize], what those see first. */
  readonly firsts: Float64Array;
}

/** How an environment whose episode has ended begins the next one: by itself with or after its last step, or when told. */
export type AutoresetMode = "NextStep" | "SameStep" | "Disabled";

/** N environments in another process, several of which are stepped in one round trip. Every call may reject with a UserError. */
export interface RemoteEnvironments {
  /** N. */
  readonly count: number;
  readonly autoreset: AutoresetMode;
  /** Starts an episode in those environments, with a seed each or −1 for none. @returns [k × observationSize]. */
  reset(indices: readonly number[], seeds: readonly number[]): Promise<Float64Array>;
  /**
   * Takes one action [k × actionSize] in each of those environments; in all of them unless autoreset is Disabled. Where it
   * is, the environments that end begin their next episode with the seeds, in the order of their rows, as long as there are
   * any. The columns hold until the next call.
   */
  step(indices: readonly number[], actions: Float64Array, seeds: readonly number[]): Promise<RemoteSteps>;
  close(): Promise<void>;
}
