import type { Diagnostic } from "./shared.ts";
import type { ColumnView, ComparisonView, LossView, UpdateView } from "./views.ts";

/** Most runs of one comparison, and most points of one of its curves beside the ends of its runs. */
export const mostComparedRuns = 200;
export const mostCurvePoints = 500;

/** What a run's learning is counted in, and the quantity that is drawn over it. */
export const comparisonAxes = ["steps", "episodes", "updates"] as const;
export const comparisonMetrics = ["averageReturn", "return", "loss", "gradientNorm", "entropy"] as const;
export type ComparisonAxis = (typeof comparisonAxes)[number];
export type ComparisonMetric = (typeof comparisonMetrics)[number];

export interface ComparisonRequest {
  /** Run files, and folders whose run files are meant. */
  readonly paths: readonly string[];
  readonly axis: ComparisonAxis;
  readonly metric: ComparisonMetric;
}

/** Mean, least and greatest of some numbers. */
export interface SpreadView {
  readonly mean: number;
  readonly least: number;
  readonly greatest: number;
}

/** Where the first 100 episodes in a row had the average that counts as solved. */
export interface SolvedView {
  readonly update: number;
  readonly episodes: number;
  readonly steps: number;
}

export interface ComparedRunView {
  readonly path: string;
  readonly name: string;
  readonly seed: number;
  /** Whether a process writes it now, or closed it, or died while it wrote. */
  readonly state: "writing" | "closed" | "stopped";
  readonly updates: number;
  readonly episodes: number;
  readonly steps: number;
  /** Mean return of the last 100 episodes; null before the first. */
  readonly lastAverage: number | null;
  readonly solved: SolvedView | null;
  readonly seconds: number;
}

/**
 * A group's curve [points]: mean, least and greatest over those of its runs that have got to x, and how many these are.
 * Between two of its updates a run stands at the one before.
 */
export interface BandView {
  readonly x: Float64Array;
  readonly mean: Float64Array;
  readonly least: Float64Array;
  readonly greatest: Float64Array;
  readonly runs: Float64Array;
}

/** Runs that differ in nothing but the seed. */
export interface ComparisonGroupView {
  readonly id: string;
  /** What tells it from the others, e.g. "reinforce · lr 0.003". */
  readonly name: string;
  readonly environment: string;
  readonly algorithm: string;
  readonly loss: string;
  /** Losses and settings that came into force later, by update. */
  readonly changes: readonly { readonly update: number; readonly text: string }[];
  readonly runs: readonly ComparedRunView[];
  /** Whether the environment has an average that counts as solved. */
  readonly solvable: boolean;
  readonly solved: number;
  readonly lastAverage: SpreadView | null;
  readonly stepsToSolved: SpreadView | null;
  readonly episodesToSolved: SpreadView | null;
  readonly curve: BandView;
}

/** A line of a text that came from another: in both, only before, or only after. */
export interface DiffLineView {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Several runs as one experiment. */
export interface RunsComparisonView {
  readonly axis: ComparisonAxis;
  readonly metric: ComparisonMetric;
  readonly groups: readonly ComparisonGroupView[];
  /** The settings in which groups differ; `values` in the order of the groups. */
  readonly settings: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** Of every group's loss from the first group's; null where it is the same text. */
  readonly lossDifferences: readonly (readonly DiffLineView[] | null)[];
  readonly environments: readonly string[];
  /** Files that cannot be read, each with the reason; they are in no group. */
  readonly broken: readonly { readonly path: string; readonly name: string; readonly error: string }[];
  /** Runs that were found but are too many. */
  readonly left: number;
  /** Trials that the sweeps among the folders ask for and that have no run yet. */
  readonly toCome: number;
  /** Whether a process writes any of the runs. */
  readonly isLive: boolean;
}

/** One update's frozen batch and two losses. */
export interface LossPairRequest {
  readonly path: string;
  /** From 1; null for the latest kept update, or the last where none is kept. */
  readonly update: number | null;
  readonly a: string;
  readonly b: string;
}

export type PairSideView =
  | { readonly ok: true; readonly diagnostics: readonly Diagnostic[]; readonly loss: LossView }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** The same batch under two losses, A and B. Columns of one loss begin with "a." or "b.", and |B − A| with "apart.". */
export interface LossPairView {
  readonly path: string;
  readonly update: number;
  readonly updates: number;
  /** The newest kept updates, ascending. */
  readonly kept: readonly number[];
  readonly steps: number;
  readonly episodes: number;
  readonly actionNames: readonly string[];
  readonly recomputed: UpdateView["recomputed"];
  readonly instead: string | null;
  readonly a: PairSideView;
  readonly b: PairSideView;
  /** The gradient by layer, before is A and after is B; null where a loss cannot be evaluated. */
  readonly comparison: ComparisonView | null;
  readonly difference: readonly DiffLineView[];
  readonly columns: readonly ColumnView[];
}
