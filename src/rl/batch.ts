import type { EpisodeEnds } from "./episodeEnds.ts";

/**
 * The steps that one update uses, as columns over T steps. Episodes follow each other;
 * row t belongs to the episode whose first row is the last one at or before t with time[t] = 0.
 */
export interface Batch {
  /** T. */
  readonly steps: number;
  readonly observationSize: number;
  /** Number of discrete actions K, or of the dimensions d of a continuous action. */
  readonly actionCount: number;
  /** [T × observationSize], what the policy saw before acting. */
  readonly observations: Float64Array;
  /** [T], the index of the action taken, or [T × d], a continuous one as it was drawn. */
  readonly actions: Float64Array;
  /** [T], r_t, the reward that followed action t (R_{t+1} of the book). */
  readonly rewards: Float64Array;
  /** [T], steps since the episode's start. */
  readonly time: Float64Array;
  /** [T], 1 where the environment ended the episode. */
  readonly terminated: Uint8Array;
  /** [T], not 0 where a time limit cut the episode, or only the batch and the episode goes on; see episodeEnds.ts. */
  readonly truncated: Uint8Array;
  /** [T], the number of the episode, counted from 1 over the whole run. */
  readonly episodes: Float64Array;
  /**
   * [cuts × observationSize], the observation after each step that ends an episode or the batch without terminating, in
   * order; kept where there is a value head to look at it.
   */
  readonly finalObservations?: Float64Array | undefined;
  /** [T], of a part of a larger batch: which of its steps these are. They do not follow each other then. */
  readonly rows?: Float64Array | undefined;
  /** [T] each, what was computed before the larger batch's first update. */
  readonly recorded?: RecordedColumns | undefined;
  /** [T × bytes], the hidden units that dropout kept at each step: a bit for every unit, the layers one after the other. */
  readonly masks?: Uint8Array | undefined;
  /** What the steps before this one left in the eligibility traces; nothing at an episode's start. */
  readonly carried?: CarriedTraces | undefined;
}

/** What of a batch a forward pass depends on beside observations. */
export type SeenSteps = EpisodeEnds & Pick<Batch, "masks">;

/** An eligibility trace: z [|θ|], and the number whose gradient it is. */
export interface CarriedTrace {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Traces by the loss language's names: z_theta, z_w. */
export type CarriedTraces = Readonly<Record<string, CarriedTrace>>;

/** Columns by the loss language's names: adv, G_recorded, V_recorded, log_pi_old. */
export type RecordedColumns = Readonly<Record<string, Float64Array>>;
