import type { Column } from "./columns.ts";
import type { Tensor } from "./tensor.ts";

/** The quantities of a step, each a column over all steps of the trace. */
export const stepColumnNames = [
  "obs",
  "action",
  "logits",
  "mu",
  "log_sigma",
  "log_prob",
  "entropy",
  "value",
  "final_value",
] as const;

export type StepColumnName = (typeof stepColumnNames)[number];

/** All steps of a trace as columns of N rows. */
export interface StepTable {
  readonly count: number;
  readonly columns: Readonly<Record<StepColumnName, Column>>;
  readonly rewards: Column;
  readonly episodes: Column;
  readonly time: Column;
  readonly environments: Column;
  /** 1 where the step ended its episode: bit 0 terminated, bit 1 truncated, bit 2 cut off in the middle. */
  flags(step: number): number;
}

export const terminatedFlag = 1;
export const truncatedFlag = 2;
/** The last step of an environment in a rollout that goes on: `final_value` is the value of what follows. */
export const cutFlag = 4;

/** One update as its line gives it; what it does not give is undefined. */
export interface UpdateRecord {
  readonly line: number;
  readonly number: number;
  /** Steps of the trace that the update used, in the order of its vectors. */
  readonly rows: Int32Array;
  /** The steps that `rows` picks from: whole episodes, a rollout, or all since the update before. */
  readonly among: Int32Array;
  /** Index into `Trace.rollouts`, where the steps came as one. */
  readonly rollout: number | undefined;
  readonly scalars: ReadonlyMap<ScalarName, number>;
  readonly vectors: ReadonlyMap<VectorName, Tensor>;
  readonly source: { readonly file: string; readonly line: number } | undefined;
  /** What the user had watched, by name. */
  readonly tensors: ReadonlyMap<string, WatchedTensor>;
}

/** A tensor that was watched: its value, and where it was recorded ∂loss/∂value and the line that watched it. */
export interface WatchedTensor extends Tensor {
  readonly grad: Tensor | undefined;
  readonly source: UpdateRecord["source"];
}

export const scalarNames = [
  "gamma",
  "gae_lambda",
  "loss",
  "value_loss",
  "grad_norm",
  "grad_norm_before",
  "value_grad_norm",
  "learning_rate",
  "clip_epsilon",
  "epoch",
  "minibatch",
] as const;
export type ScalarName = (typeof scalarNames)[number];

/** Vectors of an update: one row for each of its steps. */
export const vectorNames = [
  "coef",
  "entropy_coef",
  "log_prob",
  "entropy",
  "value",
  "logits",
  "mu",
  "log_sigma",
  "value_grad",
  "logits_grad",
  "mu_grad",
  "log_sigma_grad",
  "advantages",
  "returns",
] as const;
export type VectorName = (typeof vectorNames)[number];

/** Steps that came as columns [T, N]: rows `first` … `first + steps·environments − 1`, time first. */
export interface Rollout {
  readonly number: number;
  readonly first: number;
  readonly steps: number;
  readonly environments: number;
  /** [N], V of what each environment goes on with after the rollout; undefined where it is not given. */
  readonly lastValues: Float64Array | undefined;
}

/** A trace as it was recorded. Numbers stand in columns; nothing is recomputed. */
export interface Trace {
  readonly path: string;
  /** The first line's keys, unknown ones too; undefined without a header. */
  readonly header: Readonly<Record<string, unknown>> | undefined;
  readonly steps: StepTable;
  readonly updates: readonly UpdateRecord[];
  readonly rollouts: readonly Rollout[];
  /** What a reader should know: a torn last line, keys that mean nothing here. */
  readonly notes: readonly string[];
}
