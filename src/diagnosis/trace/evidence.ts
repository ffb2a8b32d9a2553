import type { EpisodeEnds } from "../../rl/episodeEnds.ts";

/**
 * The steps from which an update's returns are made, whole trajectories one after the other. Where a trajectory ends
 * without termination or time limit (a rollout that goes on, a file that does not say) it is cut.
 */
export interface Trajectories {
  /** T. */
  readonly steps: number;
  /** [T] each. */
  readonly rewards: Float64Array;
  /** Steps since the episode's start. */
  readonly time: Float64Array;
  /** 1 where the environment ended the episode. */
  readonly terminated: Uint8Array;
  /** 1 where a time limit cut it. */
  readonly truncated: Uint8Array;
  /** 1 at the last row of every trajectory, however it ends. */
  readonly last: Uint8Array;
  /** 1 at the last row of one environment's steps: what follows is of another, or nothing. */
  readonly streamEnds: Uint8Array;
  /** Number of the trajectory, counted from 0. */
  readonly trajectory: Int32Array;
  readonly trajectories: number;
  /** V(s_t); undefined without a critic. */
  readonly values: Float64Array | undefined;
  /** V of what follows a trajectory that is not terminated; NaN where it is not given. */
  readonly finalValues: Float64Array;
  /** V of what an environment goes on with, be it another episode, at the last row of its steps; NaN elsewhere or unknown. */
  readonly nextValues: Float64Array;
  /** Rows of the trace. */
  readonly rows: Int32Array;
  /** Whether the recorder knows how episodes end. */
  readonly knowsEnds: boolean;
}

/** What a policy over K actions put out for T steps, and the actions taken. */
export interface CategoricalOutputs {
  readonly kind: "categorical";
  /** K. */
  readonly actionCount: number;
  /** [T × K]. */
  readonly logits: Float64Array;
  /** [T]. */
  readonly actions: Float64Array;
}

/** What a policy over vectors of d numbers put out for T steps, and the actions taken. */
export interface GaussianOutputs {
  readonly kind: "gaussian";
  /** d. */
  readonly dimensions: number;
  /** [T × d] each. */
  readonly mu: Float64Array;
  readonly logSigma: Float64Array;
  readonly actions: Float64Array;
}

export type PolicyOutputs = CategoricalOutputs | GaussianOutputs;

/** One update with everything its trace tells of it. All vectors have one entry for each of its T steps. */
export interface UpdateEvidence {
  readonly number: number;
  readonly line: number;
  readonly steps: number;
  readonly context: Trajectories;
  /** [T], place of each step in `context`. */
  readonly places: Int32Array;
  readonly gamma: number;
  readonly gaeLambda: number | undefined;
  /** What the policy put out when the actions were drawn, and when the update was computed, as far as each is known. */
  readonly policy: PolicyOutputs | undefined;
  readonly ownPolicy: PolicyOutputs | undefined;
  /** ln π of sampling, and that which entered the loss (the same where the update has none of its own). */
  readonly sampledLogProbs: Float64Array | undefined;
  readonly logProbs: Float64Array | undefined;
  readonly hasOwnLogProbs: boolean;
  /** ln π of the update and of sampling [T], recorded or recomputed from logits: their difference is ln ratio. */
  readonly ratio: { readonly own: Float64Array; readonly sampled: Float64Array } | undefined;
  readonly entropies: Float64Array | undefined;
  /** The outputs that these entropies are of. */
  readonly entropyPolicy: PolicyOutputs | undefined;
  readonly values: Float64Array | undefined;
  readonly loss: number | undefined;
  readonly valueLoss: number | undefined;
  readonly valueGrad: Float64Array | undefined;
  readonly gradNorm: number | undefined;
  readonly gradNormBefore: number | undefined;
  /** ∂L/∂ln π_t = −c_t. */
  readonly coef: Float64Array | undefined;
  /** ∂L/∂H_t, the same number at all steps or one each. */
  readonly entropyCoef: Float64Array | undefined;
  /** [T × K] or [T × d]. */
  readonly logitsGrad: Float64Array | undefined;
  readonly muGrad: Float64Array | undefined;
  readonly logSigmaGrad: Float64Array | undefined;
  readonly epoch: number | undefined;
  readonly minibatch: number | undefined;
  /** Whether the steps came as a rollout, as in A2C and PPO, or serve several updates. */
  readonly isRollout: boolean;
  readonly clipEpsilon: number | undefined;
  readonly recordedReturns: Float64Array | undefined;
  readonly recordedAdvantages: Float64Array | undefined;
  readonly source: { readonly file: string; readonly line: number } | undefined;
}

/** What replaying the recorded actions in the known environment says of one update's steps. */
export interface Replay {
  readonly environment: string;
  /** [N over all replayed steps] reward of the environment, and the row of the trace it belongs to. */
  readonly rows: Int32Array;
  readonly rewards: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  /** Largest distance of a recorded observation from the replayed one. */
  readonly observationDistance: number;
}

/** A trace made ready for diagnosis. */
export interface TraceEvidence {
  readonly updates: readonly UpdateEvidence[];
  readonly environment: string | undefined;
  /** Why recorded outputs of the policy are not read; undefined where they are, or where there are none. */
  readonly unreadOutputs: string | undefined;
  /** Whether the trace says γ. */
  readonly saysGamma: boolean;
  readonly replay: Replay | undefined;
  /** Reward and termination as recorded at a row, for holding them against the replay. */
  readonly recordedReward: ((row: number) => number) | undefined;
  readonly recordedTermination: ((row: number) => boolean) | undefined;
  /** Episode and t of a row of the trace, for a person. */
  where(row: number): { readonly episode: number; readonly t: number };
}

/** How the rows of `trajectories` end, for the formulas of `src/rl`: what does not terminate may be bootstrapped. */
export function endsOf(trajectories: Trajectories): EpisodeEnds {
  const { terminated, truncated, last } = trajectories;
  return { terminated, truncated: truncated.map((flag, t) => flag | (last[t]! & ~terminated[t]!)) };
}
