import type { EngineMethods } from "./engine.ts";
import type { TraceOverview, TraceView } from "./traceViews.ts";
import type { RunView, TrainingProgress } from "./views.ts";

/** Raised when a message's meaning changes; both ends compare it in `ready`. */
export const panelProtocolVersion = 1;

/** The engine's questions that a panel may ask through the host, which only checks and forwards them. */
export type PanelEngineMethod =
  | "view"
  | "curve"
  | "select"
  | "pin"
  | "unpin"
  | "evaluate"
  | "compare"
  | "parity"
  | "rows"
  | "rowOf"
  | "series"
  | "step"
  | "explainCell"
  | "node"
  | "prove"
  | "apply"
  | "environments"
  | "algorithms";

/** Commands a panel may ask the host to run: a closed list, no arguments from the page. */
export type PanelCommand =
  | "train"
  | "pause"
  | "resume"
  | "oneUpdate"
  | "stop"
  | "reset"
  | "restartEngine"
  | "showLog"
  | "openRun"
  | "exportCsv"
  | "exportTrace"
  | "exportPytorch"
  | "exportNumpy"
  | "openLossFile";

/** What the webview calls on the host. */
export type PanelMethods = Pick<EngineMethods, PanelEngineMethod> & {
  ready: { params: { version: number; probe: Float64Array; saved: PanelMemory | null }; result: HostState };
  command: { params: { command: PanelCommand; update?: number }; result: null };
  copy: { params: { text: string }; result: null };
  remember: { params: PanelMemory; result: null };
};

/** What the webview keeps over a reload: ids, scroll place and loss text, never numbers. */
export interface PanelMemory {
  readonly path: string | null;
  readonly update: number | null;
  readonly step: number | null;
  readonly follow: boolean;
  readonly lossText: string | null;
  readonly source: "trainer" | "edited" | "difference";
  readonly sort: { readonly column: string; readonly descending: boolean } | null;
  readonly scroll: number;
  /** Of a trace's page: which of its sides is in view. */
  readonly side?: TraceSide;
}

/** A trace's page has two sides: what was found in it, and its updates step by step. */
export type TraceSide = "findings" | "steps";

/** What the updates are of: a run, or a trace, which nobody can train on. */
export type Subject = RunView | TraceSubject;

export interface TraceSubject {
  readonly run: string;
  readonly path: string;
  readonly title: string;
  /** Only its number of updates says anything. */
  readonly progress: TrainingProgress;
  readonly own: false;
  readonly settings?: undefined;
}

/** What is known of the trace that a page shows. */
export interface TraceFacts {
  /** What it holds; null until it was read. */
  readonly overview: TraceOverview | null;
  /** The newest diagnosis, which follows after reading; null until there is one. */
  readonly diagnosis: TraceView | null;
  /** Why the file cannot be read as it stands; what was read before stays beside it. */
  readonly problem: string | null;
  readonly isReading: boolean;
}

export type EngineHealth =
  | { readonly state: "starting" }
  | { readonly state: "running" }
  | { readonly state: "restarting"; readonly message: string }
  | { readonly state: "down"; readonly message: string };

export interface HostState {
  readonly version: number;
  readonly probe: Float64Array;
  readonly engine: EngineHealth;
  readonly run: Subject | null;
  /** On the page of a trace. */
  readonly trace?: TraceFacts;
  readonly trusted: boolean;
  /** Extensions without a language of their own: base URIs and the like never travel here. */
  readonly reducedMotion: boolean;
}

/** What the host tells the webview. Only sent while it is visible, newest wins. */
export interface PanelEvents {
  state: HostState;
  progress: TrainingProgress;
  /** The run has more updates than the page has drawn. */
  runChanged: { readonly run: string; readonly updates: number };
  /** Asks the page to select an update (from the Runs tree, for instance). */
  select: { readonly update: number };
  /** Puts a loss text into the editor, as an edit. */
  setLoss: { readonly text: string };
}
