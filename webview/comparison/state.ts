import type { ComparisonMemory, ComparisonPageState, PairChoice } from "../../src/protocol/comparisonPage.ts";
import type { LossPairRequest, LossPairView } from "../../src/protocol/comparisonViews.ts";
import type { SeriesView, SortOrder } from "../../src/protocol/engine.ts";

/** A pair of losses whose numbers have arrived, with what was asked. */
export interface ShownPair {
  readonly request: LossPairRequest;
  readonly view: LossPairView;
}

export interface StepValues {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/** Everything the page draws, as one immutable value. */
export interface ComparisonState {
  readonly host: ComparisonPageState | null;
  /** The environment whose curves are wanted; null for the first. */
  readonly environment: string | null;
  /** Groups that are not drawn, by id; and those whose runs are listed. */
  readonly hidden: readonly string[];
  readonly listed: readonly string[];
  /** Where the cursor of the curves stands; null for their end. */
  readonly cursor: number | null;
  /** The group whose loss is held against the first one's; null for the first that has another. */
  readonly against: string | null;
  readonly pair: PairChoice;
  /** Counts how often the latest update was asked for anew. */
  readonly renewals: number;
  /** Whether the batch is taken from the second group, because the first one's does not fit both losses. */
  readonly takesSecond: boolean;
  readonly shown: ShownPair | null;
  readonly series: SeriesView | null;
  /** Of the charts' columns at a step, exactly. */
  readonly values: StepValues | null;
  readonly sort: SortOrder | null;
  readonly step: number;
  /** What went wrong, by what was asked. */
  readonly failures: Readonly<Record<string, string>>;
}

interface Payloads {
  host: { host: ComparisonPageState };
  environment: { environment: string };
  toggleHidden: { group: string };
  toggleListed: { group: string };
  cursor: { cursor: number | null };
  against: { group: string };
  pair: { change: Partial<PairChoice> };
  shown: { shown: ShownPair };
  renew: Record<never, never>;
  takeSecond: Record<never, never>;
  series: { request: LossPairRequest; series: SeriesView };
  values: { request: LossPairRequest; values: StepValues };
  sort: { sort: SortOrder | null };
  step: { step: number };
  failure: { what: string; message: string | null };
}

/** Everything that can happen to the state, tagged by `kind`. */
export type ComparisonAction = {
  [Kind in keyof Payloads]: { readonly kind: Kind } & Payloads[Kind];
}[keyof Payloads];

type Reducers = {
  readonly [Kind in keyof Payloads]: (state: ComparisonState, action: Payloads[Kind]) => ComparisonState;
};

const noPair: PairChoice = { path: null, update: null, a: null, b: null };

/** Steps where the weights differ most stand first. */
const usualSort: SortOrder = { column: "apart.weight", descending: true };

/** The state of a page that has heard nothing yet, with what was kept over a reload. */
export function initialState(memory: ComparisonMemory | null): ComparisonState {
  return {
    host: null,
    environment: memory?.environment ?? null,
    hidden: memory?.hidden ?? [],
    listed: [],
    cursor: null,
    against: null,
    pair: memory?.pair ?? noPair,
    renewals: 0,
    takesSecond: false,
    shown: null,
    series: null,
    values: null,
    sort: usualSort,
    step: 0,
    failures: {},
  };
}

/** What is kept of a state over a reload; null before the host has said what is compared. */
export function memoryOf({ host, environment, hidden, pair }: ComparisonState): ComparisonMemory | null {
  return host && { paths: host.paths, look: host.look, environment, hidden, pair };
}

const reducers: Reducers = {
  host: (state, { host }) => withHost(state, host),
  environment: (state, { environment }) => ({ ...state, environment, cursor: null }),
  toggleHidden: (state, { group }) => ({ ...state, hidden: toggled(state.hidden, group) }),
  toggleListed: (state, { group }) => ({ ...state, listed: toggled(state.listed, group) }),
  cursor: (state, { cursor }) => (cursor === state.cursor ? state : { ...state, cursor }),
  against: (state, { group }) => ({ ...state, against: group }),
  pair: (state, { change }) => ({
    ...state,
    pair: { ...state.pair, ...heldBatch(state, change), ...change },
  }),
  shown: (state, { shown }) => ({
    ...state,
    shown,
    series: null,
    values: null,
    step: Math.min(state.step, shown.view.steps - 1),
  }),
  renew: (state) => ({ ...state, renewals: state.renewals + 1, pair: { ...state.pair, update: null } }),
  takeSecond: (state) => ({ ...state, takesSecond: true }),
  series: (state, { request, series }) => (request === state.shown?.request ? { ...state, series } : state),
  values: (state, { request, values }) => (request === state.shown?.request ? { ...state, values } : state),
  sort: (state, { sort }) => ({ ...state, sort }),
  step: (state, { step }) => ({
    ...state,
    step: Math.min(Math.max(0, Math.round(step)), Math.max(0, (state.shown?.view.steps ?? 1) - 1)),
  }),
  failure: (state, { what, message }) => withFailure(state, what, message),
};

/** The one function that makes a new state from an old one and what happened. */
export function reduce(state: ComparisonState, action: ComparisonAction): ComparisonState {
  const reducer = reducers[action.kind] as (
    state: ComparisonState,
    action: ComparisonAction,
  ) => ComparisonState;
  return reducer(state, action);
}

/** A place on one axis is none on another. */
function withHost(state: ComparisonState, host: ComparisonPageState): ComparisonState {
  const isSameAxis = host.view?.axis === state.host?.view?.axis;
  return { ...state, host, cursor: isSameAxis ? state.cursor : null };
}

/** Another loss is tried on the batch that is seen, though the page took it by itself and others have been made since. */
function heldBatch({ shown }: ComparisonState, change: Partial<PairChoice>): Partial<PairChoice> {
  const isOfLoss = change.a !== undefined || change.b !== undefined;
  return shown !== null && isOfLoss ? { path: shown.request.path, update: shown.view.update } : {};
}

function toggled(names: readonly string[], name: string): readonly string[] {
  return names.includes(name) ? names.filter((other) => other !== name) : [...names, name];
}

function withFailure(state: ComparisonState, what: string, message: string | null): ComparisonState {
  if ((state.failures[what] ?? null) === message) return state;
  const { [what]: _, ...others } = state.failures;
  return { ...state, failures: message === null ? others : { ...others, [what]: message } };
}
