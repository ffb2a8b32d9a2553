import type { CurveView, SortOrder, Source } from "../src/protocol/engine.ts";
import type { HostState, PanelMemory, Subject, TraceSide } from "../src/protocol/panel.ts";
import type { ProofResult } from "../src/protocol/proofViews.ts";
import type { Diagnostic } from "../src/protocol/shared.ts";
import type {
  BareNumberView,
  EvaluationView,
  StepView,
  TrainingProgress,
  UpdateView,
} from "../src/protocol/views.ts";

/** A column over the steps, decimated: x is the step, y the value. */
export interface Series {
  readonly step: Float64Array;
  readonly value: Float64Array;
}

export type SeriesSet = Readonly<Record<string, Series>>;

/** What the charts draw: of which update, over how many steps, by whose numbers. */
export interface ChartSeries {
  readonly update: number;
  readonly steps: number;
  readonly sets: Partial<Record<Source, SeriesSet>>;
}

export type GoodEvaluation = Extract<EvaluationView, { ok: true }> & {
  readonly update: number;
};

/** What the last check of the editor's text said; `ok` false where it could not be evaluated. */
export interface TextCheck {
  readonly text: string;
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly numbers: readonly BareNumberView[];
}

/** The proof that was asked for last; `result` is null while it is under way. */
export interface AskedProof {
  readonly update: number;
  readonly text: string;
  /** The rule that the loss is said to be; empty where none was stated. */
  readonly rule: string;
  readonly result: ProofResult | null;
}

/** What the format of a column depends on. */
export interface Extent {
  /** Largest magnitude over all steps. */
  readonly largest: number;
  /** Whether only whole numbers were seen. */
  readonly whole: boolean;
}

export type CurveMetric = keyof CurveView["columns"];

/** Everything the page draws, as one immutable value. */
export interface PanelState {
  readonly host: HostState | null;
  /** The run file that the page showed before it was loaded again. */
  readonly rememberedPath: string | null;
  readonly probe: "unknown" | "intact" | "damaged";
  readonly progress: TrainingProgress | null;
  /** Number of updates known to exist. */
  readonly updates: number;
  readonly curve: CurveView | null;
  readonly metric: CurveMetric;
  readonly follow: boolean;
  /** The update that is wanted; `update` is the one whose numbers have arrived. */
  readonly selected: number | null;
  readonly update: UpdateView | null;
  /** The editor's text where a person has changed it. */
  readonly draft: string | null;
  readonly check: TextCheck | null;
  readonly evaluation: GoodEvaluation | null;
  /** Counts good evaluations, so that what depends on the edited loss is asked again. */
  readonly revision: number;
  readonly proof: AskedProof | null;
  readonly applied: { readonly text: string; readonly fromUpdate: number } | null;
  /** Which numbers are wanted while the loss is edited. */
  readonly source: Source;
  readonly sort: SortOrder | null;
  /** Keys of the table's columns where a person has chosen them. */
  readonly columns: readonly string[] | null;
  readonly step: number | null;
  readonly hover: number | null;
  readonly hoverValues: { readonly step: number; readonly values: Readonly<Record<string, number>> } | null;
  readonly series: ChartSeries | null;
  readonly extents: Readonly<Record<string, Extent>>;
  readonly detail: Partial<Record<Source, StepView>>;
  /** Row of the selected step in the table's order. */
  readonly row: { readonly step: number; readonly row: number } | null;
  readonly failures: Readonly<Record<string, string>>;
  readonly scroll: number;
  /** Of a trace's page: which of its sides is in view. */
  readonly side: TraceSide;
  /** Steps of an update that a finding names. */
  readonly marks: StepMarks | null;
}

export interface StepMarks {
  readonly update: number;
  readonly steps: ReadonlySet<number>;
  /** The finding that names them. */
  readonly finding: string;
}

interface Payloads {
  host: { host: HostState };
  probe: { intact: boolean };
  progress: { progress: TrainingProgress };
  updates: { run: string; updates: number };
  curve: { curve: CurveView };
  metric: { metric: CurveMetric };
  follow: { follow: boolean };
  select: { update: number };
  update: { update: UpdateView };
  edit: { text: string };
  revert: Record<never, never>;
  evaluation: { text: string; update: number; evaluation: EvaluationView };
  proof: { proof: AskedProof | null };
  applied: { text: string; fromUpdate: number };
  source: { source: Source };
  sort: { sort: SortOrder | null };
  columns: { columns: readonly string[] };
  step: { step: number };
  hover: { step: number | null };
  hoverValues: { step: number; values: Readonly<Record<string, number>> };
  series: { series: ChartSeries };
  extents: { extents: Readonly<Record<string, Extent>> };
  detail: { detail: Partial<Record<Source, StepView>> };
  row: { step: number; row: number };
  failure: { what: string; message: string | null };
  scroll: { position: number };
  side: { side: TraceSide };
  /** Turns a trace's page to an update. */
  open: { update: number };
  /** Shows the steps of a finding: their update is selected, and the first of them. */
  place: { finding: string; update: number; steps: readonly number[] };
}

/** Everything that can happen to the state, tagged by `kind`. */
export type PanelAction = {
  [Kind in keyof Payloads]: { readonly kind: Kind } & Payloads[Kind];
}[keyof Payloads];

type Reducers = {
  readonly [Kind in keyof Payloads]: (state: PanelState, action: Payloads[Kind]) => PanelState;
};

/** The state of a page that has heard nothing yet, with what was kept over a reload. */
export function initialState(memory: PanelMemory | null): PanelState {
  return {
    host: null,
    rememberedPath: memory?.path ?? null,
    probe: "unknown",
    progress: null,
    updates: 0,
    curve: null,
    metric: "averageReturn",
    follow: memory?.follow ?? true,
    selected: memory?.update ?? null,
    update: null,
    draft: memory?.lossText ?? null,
    check: null,
    evaluation: null,
    revision: 0,
    proof: null,
    applied: null,
    source: memory?.source ?? "edited",
    sort: memory?.sort ?? null,
    columns: null,
    step: memory?.step ?? null,
    hover: null,
    hoverValues: null,
    series: null,
    extents: {},
    detail: {},
    row: null,
    failures: {},
    scroll: memory?.scroll ?? 0,
    side: memory?.side ?? "findings",
    marks: null,
  };
}

/** What is kept of a state over a reload. */
export function memoryOf(state: PanelState): PanelMemory {
  return {
    path: state.host?.run?.path ?? state.rememberedPath,
    update: state.follow ? null : state.selected,
    step: state.step,
    follow: state.follow,
    lossText: state.draft,
    source: state.source,
    sort: state.sort,
    scroll: state.scroll,
    side: state.side,
  };
}

const reducers: Reducers = {
  host: (state, { host }) => withHost(state, host),
  probe: (state, { intact }) => ({ ...state, probe: intact ? "intact" : "damaged" }),
  progress: (state, { progress }) => {
    if (progress.run !== state.host?.run?.run) return state;
    return withUpdates({ ...state, progress }, progress.update);
  },
  updates: (state, { run, updates }) => (run === state.host?.run?.run ? withUpdates(state, updates) : state),
  curve: (state, { curve }) => withUpdates({ ...state, curve }, curve.updates),
  metric: (state, { metric }) => ({ ...state, metric }),
  follow: (state, { follow }) => followLatest({ ...state, follow }),
  select: (state, { update }) => ({
    ...state,
    follow: false,
    selected: Math.min(Math.max(1, Math.round(update)), Math.max(1, state.updates)),
  }),
  update: (state, { update }) => ({
    ...state,
    update,
    step: Math.min(state.step ?? 0, update.steps - 1),
    hover: null,
  }),
  edit: (state, { text }) => ({
    ...state,
    follow: false,
    draft: text === state.update?.loss.text ? null : text,
  }),
  revert: (state) => ({ ...state, draft: null }),
  evaluation: (state, { text, update, evaluation }) => withEvaluation(state, text, update, evaluation),
  proof: (state, { proof }) => ({ ...state, proof }),
  applied: (state, { text, fromUpdate }) => ({ ...state, applied: { text, fromUpdate } }),
  source: (state, { source }) => ({ ...state, source }),
  sort: (state, { sort }) => ({ ...state, sort }),
  columns: (state, { columns }) => ({ ...state, columns }),
  step: (state, { step }) => ({
    ...state,
    follow: false,
    step: Math.min(Math.max(0, Math.round(step)), Math.max(0, (state.update?.steps ?? 1) - 1)),
  }),
  hover: (state, { step }) => (step === state.hover ? state : { ...state, hover: step }),
  hoverValues: (state, { step, values }) => ({ ...state, hoverValues: { step, values } }),
  series: (state, { series }) => ({ ...state, series }),
  extents: (state, { extents }) => ({ ...state, extents }),
  detail: (state, { detail }) => ({ ...state, detail }),
  row: (state, { step, row }) => ({ ...state, row: { step, row } }),
  failure: (state, { what, message }) => withFailure(state, what, message),
  scroll: (state, { position }) => ({ ...state, scroll: position }),
  side: (state, { side }) => ({ ...state, side }),
  open: (state, { update }) => ({ ...state, side: "steps", follow: false, selected: update }),
  place: (state, { finding, update, steps }) => ({
    ...state,
    side: "steps",
    follow: false,
    selected: update,
    step: steps[0] ?? state.step,
    marks: { finding, update, steps: new Set(steps) },
  }),
};

/** The one function that makes a new state from an old one and what happened. */
export function reduce(state: PanelState, action: PanelAction): PanelState {
  const reducer = reducers[action.kind] as (state: PanelState, action: PanelAction) => PanelState;
  return reducer(state, action);
}

function withHost(state: PanelState, host: HostState): PanelState {
  const run = host.run;
  const progress = run?.progress ?? null;
  if (run !== null && isAnother(state, run)) {
    const fresh = { ...initialState(null), probe: state.probe, metric: state.metric, source: state.source };
    return withUpdates({ ...fresh, host, progress }, run.progress.update);
  }
  if (run !== null && isOpenedAnew(state, run)) return openedAnew({ ...state, host, progress }, run);
  return withUpdates({ ...state, host, progress: progress ?? state.progress }, progress?.update ?? 0);
}

function isAnother(state: PanelState, run: Subject): boolean {
  const before = state.host?.run?.path ?? state.rememberedPath;
  return before !== null && before !== run.path;
}

/** A run that is taken up again, or that another engine opens, has another name but is the same run. */
function isOpenedAnew(state: PanelState, run: Subject): boolean {
  const before = state.host?.run?.run;
  return before !== undefined && before !== run.run;
}

/** Keeps the selection and the edit; an engine that was killed may have lost its last updates. */
function openedAnew(state: PanelState, run: Subject): PanelState {
  const updates = run.progress.update;
  const selected = state.selected === null ? null : Math.min(state.selected, Math.max(1, updates));
  return followLatest({ ...state, updates, selected, applied: null });
}

function withUpdates(state: PanelState, updates: number): PanelState {
  return followLatest(updates > state.updates ? { ...state, updates } : state);
}

function followLatest(state: PanelState): PanelState {
  const wanted = state.follow || state.selected === null;
  if (!wanted || state.updates === 0 || state.selected === state.updates) return state;
  return { ...state, selected: state.updates };
}

function withEvaluation(
  state: PanelState,
  text: string,
  update: number,
  evaluation: EvaluationView,
): PanelState {
  const { ok, diagnostics, numbers } = evaluation;
  const check = { text, ok, diagnostics, numbers };
  if (!evaluation.ok) return { ...state, check };
  return { ...state, check, evaluation: { ...evaluation, update }, revision: state.revision + 1 };
}

function withFailure(state: PanelState, what: string, message: string | null): PanelState {
  if ((state.failures[what] ?? null) === message) return state;
  const { [what]: _, ...others } = state.failures;
  return { ...state, failures: message === null ? others : { ...others, [what]: message } };
}
