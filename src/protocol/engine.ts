import type {
  ComparisonRequest,
  LossPairRequest,
  LossPairView,
  RunsComparisonView,
} from "./comparisonViews.ts";
import type { DoctorReport } from "./doctor.ts";
import type { ProofResult } from "./proofViews.ts";
import type { Diagnostic } from "./shared.ts";
import type { OpenTraceView, RecordedNamesView, TracePlaceView, TraceView } from "./traceViews.ts";
import type {
  CellExplanation,
  Column,
  ComparisonView,
  EvaluationView,
  LossTextView,
  NodeView,
  ParityView,
  ProbesView,
  RunListing,
  RunRequest,
  RunSettings,
  RunView,
  StepView,
  TrainingProgress,
  UpdateView,
} from "./views.ts";

/** Raised when a message's meaning changes; both ends compare it in `hello`. */
export const engineProtocolVersion = 1;

/** Which numbers of a selected update are meant. */
export type Source = "trainer" | "edited" | "difference";

/** What an update may be written as: the step table, a trace, or a Python script that makes it again. */
export type ExportFormat = "csv" | "pgtrace" | "pytorch" | "numpy";

export type SortOrder = { readonly column: string; readonly descending: boolean };

/** Everything asked of one update. `update` counts from 1. */
export interface UpdateReference {
  readonly run: string;
  readonly update: number;
}

/**
 * What the extension host, the command line and tests ask of the engine.
 * Runs are named by the id that `train` or `open` returned.
 */
export interface EngineMethods {
  hello: {
    params: { version: number; probe: Float64Array };
    result: { version: number; probe: Float64Array; node: string; backends: readonly BackendView[] };
  };
  environments: { params: Record<string, never>; result: readonly ChoiceView[] };
  algorithms: { params: Record<string, never>; result: readonly ChoiceView[] };
  /** Starts training into a new run file and returns at once; progress follows as events. */
  train: { params: TrainParams; result: RunView };
  /** Opens a run file for reading (it may be written by another process at the same time). */
  open: { params: { path: string }; result: RunView };
  /** Takes up training of a run file where it stopped, on its own backend or on another. */
  resumeFile: {
    params: { path: string; backend?: RunSettings["backend"]; python?: PythonView };
    result: RunView;
  };
  close: { params: { run: string }; result: null };
  view: { params: { run: string }; result: RunView };
  pause: { params: { run: string }; result: TrainingProgress };
  resume: { params: { run: string }; result: TrainingProgress };
  /** Makes exactly one update, then pauses. */
  oneUpdate: { params: { run: string }; result: TrainingProgress };
  stop: { params: { run: string }; result: TrainingProgress };
  /** Ends the run and starts a new one of the same settings (with changes, if given) in a new file. */
  reset: {
    params: { run: string; settings?: Partial<RunSettings>; python?: PythonView };
    result: RunView;
  };
  /** From the next update on, trains with this loss and these settings; the change is recorded in the run. */
  apply: {
    params: {
      run: string;
      loss?: string;
      settings?: Partial<Pick<RunSettings, "gamma" | "learningRate" | "optimiser">>;
    };
    result: { fromUpdate: number };
  };
  /** Learning curve, decimated by minimum and maximum to at most `buckets` points. */
  curve: { params: { run: string; from: number; to: number; buckets: number }; result: CurveView };
  /** Opens one update: recomputed from the kept batch or by replay from the checkpoint before it. */
  select: { params: UpdateReference; result: UpdateView };
  pin: { params: UpdateReference & { label?: string }; result: null };
  unpin: { params: UpdateReference; result: null };
  /**
   * The frozen batch of an update under another loss text, which is then the update's edited loss.
   * `aside` leaves the edited loss as it is.
   */
  evaluate: { params: UpdateReference & { text: string; aside?: true }; result: EvaluationView };
  compare: { params: UpdateReference; result: ComparisonView };
  /** The update's trainer loss on every backend here, beside kernels. */
  parity: { params: UpdateReference; result: ParityView };
  /** Rows `start` to `end` of the step table, in the order asked for; also the original row numbers. */
  rows: {
    params: UpdateReference & { source: Source } & RowRange;
    result: RowsView;
  };
  /** Where a step stands in the order asked for. */
  rowOf: {
    params: UpdateReference & { source: Source; step: number; order?: SortOrder };
    result: { row: number };
  };
  /** Columns over all steps, decimated by minimum and maximum, for charts. */
  series: {
    params: UpdateReference & { source: Source; columns: readonly string[]; buckets: number };
    result: SeriesView;
  };
  step: { params: UpdateReference & { source: Source; step: number }; result: StepView };
  explainCell: {
    params: UpdateReference & { source: Source; step: number; column: string };
    result: CellExplanation;
  };
  /** Value and adjoint of the innermost expression at an offset of a loss text, on an update's batch. */
  node: { params: UpdateReference & { text: string; offset: number }; result: NodeView | null };
  /** What can be said of a loss text without data: diagnostics and bare numbers. */
  checkLoss: { params: { text: string }; result: LossTextView };
  /**
   * Proves a loss numerically on an update's batch, or on a small made-up problem where no run is named;
   * with `rule`, also that it is this rule.
   */
  prove: {
    params: { text: string; run?: string; update?: number; rule?: string; seed?: number };
    result: ProofResult;
  };
  /** Trains a loss on the probe environments, seconds at most, and says which part of it works. */
  probes: { params: { text: string }; result: ProbesView };
  listRuns: { params: { folder: string }; result: readonly RunListing[] };
  renameRun: { params: { path: string; name: string }; result: { path: string } };
  deleteRun: { params: { path: string }; result: null };
  exportUpdate: {
    params: UpdateReference & { to: ExportFormat; path: string };
    result: { path: string; rows: number };
  };
  /** Several runs as one experiment, read anew where they have changed. */
  compareRuns: { params: ComparisonRequest; result: RunsComparisonView };
  /** An update's frozen batch under two losses. */
  compareLosses: { params: LossPairRequest; result: LossPairView };
  /** Rows and columns of such a pair, as of `rows` and `series`; the update is named. */
  pairRows: { params: LossPairRequest & RowRange; result: RowsView };
  pairSeries: {
    params: LossPairRequest & { columns: readonly string[]; buckets: number };
    result: SeriesView;
  };
  /**
   * Writes many updates of a run file as one trace or one CSV table; `exporting` events tell how far it is. Cancelling
   * leaves nothing behind. `left` counts the updates that could not be opened again.
   */
  exportRun: {
    params: {
      file: string;
      to: "csv" | "pgtrace";
      path: string;
      from?: number;
      until?: number;
      every?: number;
    };
    result: { path: string; updates: number; rows: number; left: number };
  };
  /** Writes one update of a trace, the last where none is named. */
  exportTraceUpdate: {
    params: { trace: string; update?: number; to: ExportFormat; path: string };
    result: { path: string; update: number; rows: number };
  };
  /**
   * Opens a trace of the user's own code, or reads on where it was open before. Its updates are then asked for by place, as
   * those of a run: `curve`, `select`, `evaluate`, `compare`, `rows`, `rowOf`, `series`, `step`, `explainCell`, `node`.
   */
  openTrace: { params: { path: string }; result: OpenTraceView };
  /** Where the steps of a finding stand; null where none of these updates has one of them. */
  tracePlace: {
    params: {
      run: string;
      updates: readonly number[];
      steps: readonly { readonly episode: number; readonly t: number }[];
    };
    result: TracePlaceView | null;
  };
  /** Reads a trace of the user's own code and says what its updates are. */
  diagnose: { params: { path: string }; result: TraceView };
  /** The same as a Markdown report, as `pgi diagnose --markdown` writes it. */
  traceReport: { params: { path: string }; result: { markdown: string } };
  /** What the scripts that wrote a trace recorded last, by name. */
  recordedNames: { params: { path: string }; result: RecordedNamesView };
  /** What can compute here, and what cannot and why; starts nothing. */
  backends: { params: Record<string, never>; result: readonly BackendView[] };
  /** Looks at all that training can use; loads every backend and lets it compute. */
  doctor: { params: ToolParams & { editor: string }; result: DoctorReport };
  /** Installs a backend's library and proves it; `installing` events tell how far it is. Cancelling leaves nothing behind. */
  installRuntime: {
    params: ToolParams & { name: InstallableBackend; libraryFolder?: string };
    result: { line: string };
  };
  /** Lets `count` more progress events through: the engine sends none without credit. */
  credit: { params: { count: number }; result: null };
}

/** Rows `start` to `end` of a step table in some order. */
export interface RowRange {
  readonly columns: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly order?: SortOrder;
}

/** The original row numbers, and the columns asked for. */
export interface RowsView {
  readonly rows: Float64Array;
  readonly columns: Record<string, Float64Array>;
}

/** Columns over the steps, decimated. */
export type SeriesView = Record<string, { step: Float64Array; value: Float64Array }>;

export interface EngineEvents {
  progress: TrainingProgress;
  /** A run file changed under another process, or a run got new losses, pins or kept updates. */
  runChanged: { readonly run: string; readonly updates: number };
  installing: InstallProgressView;
  /** How many updates are written to a file, of all that are to be. */
  exporting: { readonly path: string; readonly done: number; readonly all: number };
  log: { readonly level: "info" | "warning" | "error"; readonly text: string };
  heartbeat: { readonly at: number };
}

export interface TrainParams {
  readonly settings: RunRequest;
  /** Path of the run file to write. */
  readonly out: string;
  readonly limit?: { readonly updates?: number; readonly steps?: number; readonly untilSolved?: boolean };
  /** Start paused, before the first update. */
  readonly paused?: boolean;
  /** What may step environments of Gymnasium; absent where none may be started. */
  readonly python?: PythonView;
}

/** A Python program, and the folder from which environments of one's own are imported. */
export interface PythonView {
  readonly program: string;
  readonly folder: string;
}

export interface BackendView {
  readonly name: string;
  readonly present: boolean;
  readonly device: string;
  readonly precision: "float64" | "float32";
  /** What it is; where it is absent, what is missing. */
  readonly detail: string;
  /** The command of `pgi` that brings it, where it is absent. */
  readonly mend?: string;
}

export type InstallableBackend = "tensorflow" | "webgpu";

export interface ToolParams {
  /** Python programs to look at before those of the PATH, absolute. */
  readonly pythons: readonly string[];
}

/** How far an installation is; bytes where they are counted. */
export interface InstallProgressView {
  readonly name: InstallableBackend;
  readonly step: string;
  readonly done?: number;
  readonly total?: number;
}

export interface ChoiceView {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
}

export interface CurveView {
  /** Number of updates in the run when this was read. */
  readonly updates: number;
  readonly update: Float64Array;
  readonly columns: Record<"return" | "averageReturn" | "loss" | "gradientNorm" | "entropy", Column>;
  readonly kept: Float64Array;
  readonly pinned: readonly { readonly update: number; readonly label: string }[];
  readonly lossChanges: readonly { readonly update: number; readonly text: string }[];
}

export type { Diagnostic };
