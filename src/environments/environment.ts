import type { SceneView } from "../protocol/scene.ts";
import type { Generator } from "../rl/generator.ts";
import type { ActionSpace, BoxSpace } from "./spaces.ts";

/**
 * One environment after Gymnasium's contract: the seed enters through reset, an end of the
 * dynamics (`terminated`) is kept apart from a time limit, and the time limit itself lies
 * outside (see `EnvironmentRecord.timeLimit`). Actions are read from the caller's array and observations
 * written into it, rounded to float32 where Gymnasium rounds. A state out of n is observed one-hot.
 */
export interface Environment {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: ActionSpace;
  /** Starts an episode and writes the first observation at `offset`; what is random later draws from `generator` too. */
  reset(generator: Generator, observation: Float64Array, offset: number): void;
  /**
   * Takes the action at `at` (the number of a choice, or one number per dimension of a box), writes the next
   * observation at `offset`, and returns the reward. An action beyond a box's bounds is treated as Gymnasium does.
   */
  step(actions: Float64Array, at: number, observation: Float64Array, offset: number): number;
  /** Whether the last step ended the episode. */
  readonly terminated: boolean;
  /** The internal state, float64, for checkpoints and for drawing. */
  state(): readonly number[];
  /** Sets the internal state and writes the observation that belongs to it; the generator stays the last reset's. */
  restore(state: readonly number[], observation: Float64Array, offset: number): void;
}

/** A step as a picture shows it: what was observed, the state before the action where it is known, and the action. */
export interface DrawnStep {
  readonly observation: ArrayLike<number>;
  readonly state: readonly number[] | undefined;
  readonly action: readonly number[];
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
  /** Whether the state's numbers are float32, and so can be compared exactly. */
  readonly stateIsFloat32?: true;
  /** Whether it is stepped in another process: `create` tells its spaces only. */
  readonly isElsewhere?: true;
  create(): Environment;
  /** A picture of a step; environments that come from elsewhere have none. */
  readonly draw?: (step: DrawnStep) => SceneView;
}
