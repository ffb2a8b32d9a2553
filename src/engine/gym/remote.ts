/** What k environments did in one step, row by row. */
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
  /** Takes one action [k × actionSize] in each of those environments; in all of them unless autoreset is Disabled. */
  step(indices: readonly number[], actions: Float64Array): Promise<RemoteSteps>;
  close(): Promise<void>;
}
