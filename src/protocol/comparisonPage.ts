import type { ComparisonAxis, ComparisonMetric, RunsComparisonView } from "./comparisonViews.ts";
import type { EngineMethods } from "./engine.ts";

/** Raised when a message's meaning changes; both ends compare it in `ready`. */
export const comparisonPageVersion = 1;

/** How the runs are looked at. */
export interface ComparisonLook {
  readonly axis: ComparisonAxis;
  readonly metric: ComparisonMetric;
}

/** What the page of a comparison shows. */
export interface ComparisonPageState {
  /** The files and folders that are compared. */
  readonly paths: readonly string[];
  readonly look: ComparisonLook;
  /** The newest reading; null until there is one. */
  readonly view: RunsComparisonView | null;
  /** Why the runs cannot be read as they stand; the reading before stays beside it. */
  readonly problem: string | null;
  readonly isReading: boolean;
  readonly reducedMotion: boolean;
}

/** What is asked of "same batch, two losses"; null stands for what the page takes by itself. */
export interface PairChoice {
  readonly path: string | null;
  readonly update: number | null;
  readonly a: string | null;
  readonly b: string | null;
}

/** What the page keeps over a reload: names and texts, never numbers. */
export interface ComparisonMemory {
  readonly paths: readonly string[];
  readonly look: ComparisonLook;
  readonly environment: string | null;
  /** Groups that are not drawn, by id. */
  readonly hidden: readonly string[];
  readonly pair: PairChoice;
}

/** What the page asks of the host. Runs are named by a path of the comparison, and any other is refused. */
export type ComparisonPageMethods = Pick<EngineMethods, "compareLosses" | "pairRows" | "pairSeries"> & {
  ready: {
    params: { version: number; saved: ComparisonMemory | null };
    result: ComparisonPageState;
  };
  /** Reads the runs by another axis or quantity; the state follows. */
  look: { params: ComparisonLook; result: null };
  openRun: { params: { path: string }; result: null };
  copy: { params: { text: string }; result: null };
};

export interface ComparisonPageEvents {
  state: ComparisonPageState;
}
