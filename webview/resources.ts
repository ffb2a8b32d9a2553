import type { Channel, EventTable, MethodTable } from "../src/protocol/channel.ts";
import type { Source, UpdateReference } from "../src/protocol/engine.ts";
import type { PanelMethods } from "../src/protocol/panel.ts";
import type { FindingMethods } from "../src/protocol/tracePage.ts";
import { chartSpecifications } from "./charts/specifications.ts";
import { editorText, shownColumns, shownSource, sourceKey, updateKey } from "./selectors.ts";
import type { Extent, PanelAction, PanelState, SeriesSet } from "./state.ts";

/** What a page may ask; of a trace's page its host answers other questions than of a run's. */
export type PageMethods = PanelMethods & FindingMethods;

export type PanelChannel = Channel<MethodTable, PageMethods, EventTable>;

/**
 * Something the page must ask for. It is asked again whenever `key` gives another text;
 * null means that there is nothing to ask now.
 */
export interface Resource {
  readonly name: string;
  key(state: PanelState): string | null;
  load(state: PanelState, channel: PanelChannel): Promise<PanelAction>;
  /** Milliseconds from one question to the next; none where it is left out. */
  pause?(state: PanelState): number;
}

/** While a run trains, the page must not eat the engine's time: a curve moves smoothly enough, and nobody reads faster. */
const livePause = { curve: 125, update: 350 };

function isTraining(state: PanelState): boolean {
  return state.progress?.state === "training";
}

/** Points per curve and chart: more than pixels on a wide screen help nobody. */
const curveBuckets = 700;
const seriesBuckets = 320;
/** Few points hold the extremes of all steps, and enough more to see whether a column has fractions. */
const extentBuckets = 16;

const curve: Resource = {
  name: "curve",
  pause: (state) => (isTraining(state) ? livePause.curve : 0),
  key: (state) => (state.updates === 0 ? null : `${runOf(state)} ${state.updates}`),
  load: async (state, channel) => {
    const params = { run: runOf(state), from: 1, to: state.updates, buckets: curveBuckets };
    return { kind: "curve", curve: await channel.call("curve", params) };
  },
};

const update: Resource = {
  name: "update",
  pause: (state) => (state.follow && isTraining(state) ? livePause.update : 0),
  key: (state) =>
    state.selected === null || state.updates === 0 ? null : `${runOf(state)} ${state.selected}`,
  load: async (state, channel) => {
    const params = { run: runOf(state), update: state.selected! };
    return { kind: "update", update: await channel.call("select", params) };
  },
};

const evaluation: Resource = {
  name: "evaluation",
  key: (state) => (state.update === null ? null : `${updateKey(state)} ${editorText(state)}`),
  load: async (state, channel) => {
    const text = editorText(state);
    const reference = referenceOf(state);
    const result = await channel.call("evaluate", { ...reference, text });
    return { kind: "evaluation", text, update: reference.update, evaluation: result };
  },
};

const series: Resource = {
  name: "series",
  key: sourceKey,
  load: async (state, channel) => {
    const sources = drawnSources(state);
    const { update, steps } = state.update!;
    const loaded = await Promise.all(
      sources.map((source) => loadSeries(state, channel, source, chartColumns(state), seriesBuckets)),
    );
    const sets = Object.fromEntries(sources.map((source, i) => [source, loaded[i]!]));
    return { kind: "series", series: { update, steps, sets } };
  },
};

const extents: Resource = {
  name: "extents",
  key: sourceKey,
  load: async (state, channel) => {
    const names = shownColumns(state).map((column) => column.name);
    const set = await loadSeries(state, channel, shownSource(state), names, extentBuckets);
    return { kind: "extents", extents: extentsOf(set) };
  },
};

const detail: Resource = {
  name: "detail",
  key: (state) => keyWith(sourceKey(state), state.step),
  load: async (state, channel) => {
    const reference = { ...referenceOf(state), step: state.step! };
    const sources = drawnSources(state);
    const views = await Promise.all(sources.map((source) => channel.call("step", { ...reference, source })));
    return { kind: "detail", detail: Object.fromEntries(sources.map((source, i) => [source, views[i]!])) };
  },
};

const row: Resource = {
  name: "row",
  key: (state) => keyWith(sourceKey(state), state.step, state.sort?.column, state.sort?.descending),
  load: async (state, channel) => {
    const step = state.step!;
    const order = state.sort === null ? {} : { order: state.sort };
    const params = { ...referenceOf(state), source: shownSource(state), step, ...order };
    return { kind: "row", step, row: (await channel.call("rowOf", params)).row };
  },
};

const hoverValues: Resource = {
  name: "hover",
  key: (state) => (state.hover === null ? null : keyWith(sourceKey(state), state.hover)),
  load: async (state, channel) => {
    const step = state.hover!;
    const columns = chartColumns(state);
    const params = { ...referenceOf(state), source: shownSource(state), columns, start: step, end: step + 1 };
    const page = await channel.call("rows", params);
    const values = Object.fromEntries(columns.map((name) => [name, page.columns[name]?.[0] ?? Number.NaN]));
    return { kind: "hoverValues", step, values };
  },
};

/** Everything the page asks of the host by itself. */
export const resources: readonly Resource[] = [
  curve,
  update,
  evaluation,
  series,
  extents,
  detail,
  row,
  hoverValues,
];

/** Names the selected update, whose numbers have arrived. */
export function referenceOf(state: PanelState): UpdateReference {
  return { run: state.update!.run, update: state.update!.update };
}

function runOf(state: PanelState): string {
  return state.host?.run?.run ?? "";
}

function keyWith(key: string | null, ...parts: readonly unknown[]): string | null {
  return key === null || parts[0] === null ? null : `${key} ${parts.join(" ")}`;
}

/** An edited loss is drawn over the trainer's; a difference stands alone. */
function drawnSources(state: PanelState): readonly Source[] {
  const source = shownSource(state);
  return source === "edited" ? ["trainer", "edited"] : [source];
}

function chartColumns(state: PanelState): readonly string[] {
  const present = new Set(shownColumns(state).map((column) => column.name));
  return chartSpecifications.map((chart) => chart.column).filter((name) => present.has(name));
}

function loadSeries(
  state: PanelState,
  channel: PanelChannel,
  source: Source,
  columns: readonly string[],
  buckets: number,
): Promise<SeriesSet> {
  return channel.call("series", { ...referenceOf(state), source, columns, buckets });
}

/** What the formats of a table's columns depend on. */
export function extentsOf(set: SeriesSet): Record<string, Extent> {
  return Object.fromEntries(Object.entries(set).map(([name, { value }]) => [name, extentOf(value)]));
}

function extentOf(values: Float64Array): Extent {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return { largest, whole: values.every((value) => Number.isInteger(value) || !Number.isFinite(value)) };
}
