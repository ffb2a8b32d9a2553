import { Channel, type EventTable, type MethodTable, type Transport } from "../../src/protocol/channel.ts";
import {
  type ComparisonLook,
  type ComparisonMemory,
  type ComparisonPageEvents,
  type ComparisonPageMethods,
  comparisonPageVersion,
} from "../../src/protocol/comparisonPage.ts";
import type { LossPairRequest } from "../../src/protocol/comparisonViews.ts";
import type { RowRange, RowsView } from "../../src/protocol/engine.ts";
import { NewestWins } from "../frame.ts";
import type { Store } from "../store.ts";
import { pairCharts } from "./pair/chartColumns.ts";
import { pairRequest, usualPair } from "./selectors.ts";
import { type ComparisonAction, type ComparisonState, memoryOf, type ShownPair } from "./state.ts";

const answerTimeout = 60_000;
const rememberPause = 200;
const seriesBuckets = 500;

export type ComparisonStore = Store<ComparisonState, ComparisonAction>;

/** The page's side of the talk with the host: asks for what the state needs, and turns answers into actions. */
export class ComparisonSession {
  readonly #store: ComparisonStore;
  readonly #channel: Channel<MethodTable, ComparisonPageMethods, EventTable>;
  readonly #keep: (memory: ComparisonMemory) => void;
  readonly #pairs = new NewestWins();
  readonly #steps = new NewestWins();
  #asked = "";
  #askedStep = "";
  #kept = "";
  #rememberTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: ComparisonStore, transport: Transport, keep: (memory: ComparisonMemory) => void) {
    this.#store = store;
    this.#keep = keep;
    this.#channel = new Channel<MethodTable, ComparisonPageMethods, EventTable>(transport, {
      handlers: {},
      timeout: answerTimeout,
      onEvent: (event, payload) => {
        if (event === "state")
          store.dispatch({ kind: "host", host: payload as ComparisonPageEvents["state"] });
      },
    });
    store.effect((state) => {
      this.#lookAtPair(state);
      this.#lookAtStep(state);
      this.#remember(state);
    });
  }

  async start(saved: ComparisonMemory | null): Promise<void> {
    await this.#attempt("ready", async () => {
      const host = await this.#channel.call("ready", { version: comparisonPageVersion, saved });
      this.#store.dispatch({ kind: "host", host });
    });
  }

  look(change: Partial<ComparisonLook>): void {
    const { host } = this.#store.state;
    if (host === null) return;
    const look = { ...host.look, ...change };
    this.#store.dispatch({ kind: "host", host: { ...host, look } });
    void this.#attempt("look", () => this.#channel.call("look", look));
  }

  openRun(path: string): void {
    void this.#attempt("openRun", () => this.#channel.call("openRun", { path }));
  }

  copy(text: string): void {
    void this.#attempt("copy", () => this.#channel.call("copy", { text }));
  }

  /** Rows of the shown pair's step table; null where they do not come, which is said on the page. */
  async rows(request: LossPairRequest, range: RowRange): Promise<RowsView | null> {
    let rows: RowsView | null = null;
    await this.#attempt("rows", async () => {
      rows = await this.#channel.call("pairRows", { ...request, ...range });
    });
    return rows;
  }

  #lookAtPair(state: ComparisonState): void {
    const request = pairRequest(state);
    const key = JSON.stringify([request, state.renewals]);
    if (request === null || key === this.#asked) return;
    this.#asked = key;
    this.#pairs.request(() => this.#attempt("pair", () => this.#askPair(request)));
  }

  /** The charts' columns at the selected step: the curves themselves may be decimated. */
  #lookAtStep({ shown, step }: ComparisonState): void {
    const key = `${JSON.stringify(shown?.request)} ${step}`;
    if (shown === null || key === this.#askedStep) return;
    this.#askedStep = key;
    const there = new Set(shown.view.columns.map(({ name }) => name));
    const columns = pairCharts.flatMap((chart) => chart.columns).filter((name) => there.has(name));
    this.#steps.request(async () => {
      const page = await this.rows(shown.request, { columns, start: step, end: step + 1 });
      if (page === null) return;
      const values = Object.fromEntries(columns.map((name) => [name, page.columns[name]?.[0] ?? Number.NaN]));
      this.#store.dispatch({ kind: "values", request: shown.request, values: { step, values } });
    });
  }

  async #askPair(request: LossPairRequest): Promise<void> {
    const view = await this.#channel.call("compareLosses", request);
    const named = { ...request, update: view.update };
    if (this.#fitsBetter({ request, view })) {
      this.#store.dispatch({ kind: "takeSecond" });
      return;
    }
    this.#store.dispatch({ kind: "shown", shown: { request: named, view } });
    const columns = view.columns.map(({ name }) => name);
    const series = await this.#channel.call("pairSeries", { ...named, columns, buckets: seriesBuckets });
    this.#store.dispatch({ kind: "series", request: named, series });
  }

  /** Whether a loss does not fit the batch that the page took by itself, and the second group's may. */
  #fitsBetter({ view }: ShownPair): boolean {
    const { state } = this.#store;
    const isOwnChoice = state.pair.path === null && state.pair.a === null && state.pair.b === null;
    const usual = usualPair(state);
    const isOther = usual !== null && usual.b !== usual.a && usual.b.runs.some(({ updates }) => updates > 0);
    return isOwnChoice && isOther && !state.takesSecond && !(view.a.ok && view.b.ok);
  }

  async #attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.#store.dispatch({ kind: "failure", what, message: null });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#store.dispatch({ kind: "failure", what, message });
    }
  }

  #remember(state: ComparisonState): void {
    const memory = memoryOf(state);
    const text = JSON.stringify(memory);
    if (memory === null || text === this.#kept) return;
    this.#kept = text;
    clearTimeout(this.#rememberTimer);
    this.#rememberTimer = setTimeout(() => this.#keep(memory), rememberPause);
  }
}
