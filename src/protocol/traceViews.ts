import type { MissingView } from "./traceUpdateFacts.ts";
import type { StatisticsView } from "./views.ts";

/** A place in the user's own code, as the recorder wrote it down. The file may be of another machine. */
export interface SourceView {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** One finding of a trace with all a person needs to mend it. */
export interface FindingView {
  readonly id: string;
  readonly severity: "error" | "warning" | "info";
  readonly title: string;
  /** What was expected and what was seen, with numbers. */
  readonly message: string;
  readonly evidence: readonly { readonly name: string; readonly value: number | string }[];
  /** The first steps that show it, and how many there are. */
  readonly steps: readonly { readonly episode: number; readonly t: number }[];
  readonly stepCount: number;
  /** The first updates that show it, and how many there are. */
  readonly updates: readonly number[];
  readonly updateCount: number;
  readonly why: string;
  /** The change of code, as text. */
  readonly fix: string;
  readonly reference: string;
  readonly source: SourceView | null;
  /** Line of the trace that holds the first update which shows it, counted from 1. */
  readonly traceLine: number;
}

/** A quantity that the trace holds. */
export interface TraceColumnView {
  readonly name: string;
  readonly holder: "steps" | "updates";
  /** Of how many steps or updates. */
  readonly given: number;
  readonly of: number;
}

/** One update of a trace; null where it was not recorded. */
export interface TraceUpdateView {
  /** Its place in the trace, counted from 1, and what the script called it. */
  readonly place: number;
  readonly number: number;
  readonly steps: number;
  readonly episodes: number;
  /** Mean of the undiscounted returns of its episodes that ended in it; null where none did. */
  readonly meanReturn: number | null;
  readonly loss: number | null;
  readonly gradientNorm: number | null;
  /** Index into `TraceView.rules`; null where its weights could not be read or follow none. */
  readonly rule: number | null;
}

/** What a trace file holds. Lists are cut; the counts beside them are whole. */
export interface TraceOverview {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly environment: string | null;
  readonly framework: string | null;
  readonly gamma: number | null;
  readonly steps: number;
  readonly episodes: number;
  readonly environments: number;
  readonly updateCount: number;
  readonly columns: readonly TraceColumnView[];
  readonly missing: readonly MissingView[];
  readonly notes: readonly string[];
  /** The newest ones, at most `mostUpdates`, oldest first. */
  readonly updates: readonly TraceUpdateView[];
}

/** A trace with what its updates are. */
export interface TraceView extends TraceOverview {
  /** What the updates are, in one sentence with numbers. */
  readonly verdict: string;
  readonly rules: readonly { readonly words: string; readonly updates: number }[];
  readonly findings: readonly FindingView[];
  readonly undecided: readonly { readonly id: string; readonly reason: string }[];
}

/** A trace that is open, so that its updates can be asked for as those of a run. */
export interface OpenTraceView {
  /** The name by which its updates are asked for; another once the file was replaced. */
  readonly run: string;
  readonly overview: TraceOverview;
}

/** Where the steps of a finding stand: an update by its place in the trace, counted from 1, and rows of its step table. */
export interface TracePlaceView {
  readonly update: number;
  readonly steps: readonly number[];
}

/** A value of the user's program as the newest update recorded it. */
export interface RecordedNameView {
  /** The recorder's keyword (`log_prob`), or the name that was watched. */
  readonly name: string;
  readonly isWatched: boolean;
  /** Where `watch` or `update` was called. */
  readonly source: SourceView | null;
  readonly update: number;
  readonly shape: readonly number[];
  readonly value: StatisticsView;
  /** ∂loss/∂value; null where it was not recorded. */
  readonly gradient: StatisticsView | null;
}

/** What can be told of the names in the scripts that wrote a trace. */
export interface RecordedNamesView {
  readonly path: string;
  readonly modified: number;
  /** Files that recorded into it, as their machine names them. */
  readonly files: readonly string[];
  readonly names: readonly RecordedNameView[];
}
