import {
  Channel,
  ChannelError,
  type EventTable,
  type MethodTable,
  type Transport,
} from "../src/protocol/channel.ts";
import {
  type PanelCommand,
  type PanelEvents,
  type PanelMemory,
  type PanelMethods,
  panelProtocolVersion,
} from "../src/protocol/panel.ts";
import type { FindingMethods } from "../src/protocol/tracePage.ts";
import type { CellExplanation, NodeView, ParityView, RunSettings } from "../src/protocol/views.ts";
import { Asker } from "./asker.ts";
import { type PageMethods, type PanelChannel, type Resource, referenceOf } from "./resources.ts";
import { editorText, shownProof, shownSource } from "./selectors.ts";
import { memoryOf, type PanelAction, type PanelState } from "./state.ts";
import type { Store } from "./store.ts";
import { binaryProbe, probeIsIntact } from "./transport.ts";

/** Milliseconds after which a question counts as lost: posts to a moved panel can stay pending for ever. */
const answerTimeout = 30_000;

/** Milliseconds between two writings of what the page remembers. */
const rememberPause = 200;

type PanelStore = Store<PanelState, PanelAction>;

/** What a host event does to the state. */
const onEvent: { readonly [Name in keyof PanelEvents]: (payload: PanelEvents[Name]) => PanelAction } = {
  state: (host) => ({ kind: "host", host }),
  progress: (progress) => ({ kind: "progress", progress }),
  runChanged: ({ run, updates }) => ({ kind: "updates", run, updates }),
  select: ({ update }) => ({ kind: "select", update }),
  setLoss: ({ text }) => ({ kind: "edit", text }),
};

/**
 * The page's side of the talk with the host: asks for what the state needs, newest wish first,
 * and turns answers and events into actions. Draws nothing and decides nothing.
 */
export class Session {
  readonly #store: PanelStore;
  readonly #channel: PanelChannel;
  readonly #asker: Asker;
  readonly #keep: (memory: PanelMemory) => void;
  #kept = "";
  #rememberTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: PanelStore, transport: Transport, keep: (memory: PanelMemory) => void) {
    this.#store = store;
    this.#keep = keep;
    this.#channel = new Channel<MethodTable, PageMethods, EventTable>(transport, {
      handlers: {},
      timeout: answerTimeout,
      onEvent: (event, payload) => this.#hear(event, payload),
    });
    this.#asker = new Asker(
      () => store.state,
      (resource) => this.#load(resource),
    );
    store.effect((state) => {
      this.#asker.look();
      if (state.host !== null) this.#remember();
    });
  }

  /** Says hello to the host and checks on the way that numbers travel undamaged. */
  async start(saved: PanelMemory | null): Promise<void> {
    const probe = binaryProbe();
    try {
      const host = await this.#channel.call("ready", { version: panelProtocolVersion, probe, saved });
      this.#store.dispatch({ kind: "probe", intact: probeIsIntact(probe, host.probe) });
      this.#store.dispatch({ kind: "host", host });
    } catch (error) {
      const refused = error instanceof ChannelError && error.code === "bad_params";
      if (refused) this.#store.dispatch({ kind: "probe", intact: false });
      this.#fail("ready", error);
    }
  }

  async command(command: PanelCommand): Promise<void> {
    const update = this.#store.state.update?.update;
    await this.#attempt("command", () =>
      this.#channel.call("command", { command, ...(update !== undefined && { update }) }),
    );
  }

  /**
   * Has the editor's loss proved on the selected update's batch, and held against a rule where one is stated. Where that is
   * refused, the proof that was shown before stays.
   */
  async prove(stated = ""): Promise<void> {
    const { state } = this.#store;
    if (state.update === null) return;
    const rule = stated.trim();
    const asked = { ...referenceOf(state), text: editorText(state), ...(rule !== "" && { rule }) };
    const { update, text } = asked;
    const before = shownProof(state);
    this.#store.dispatch({ kind: "proof", proof: { update, text, rule, result: null } });
    await this.#attempt("prove", async () => {
      const result = await this.#channel.call("prove", asked);
      if (this.#isAsked(asked))
        this.#store.dispatch({ kind: "proof", proof: { update, text, rule, result } });
    });
    if (this.#isAsked(asked) && this.#store.state.proof?.result === null)
      this.#store.dispatch({ kind: "proof", proof: before?.result ? before : null });
  }

  /** Trains with the editor's loss from the next update on. */
  async applyLoss(): Promise<void> {
    const text = editorText(this.#store.state);
    await this.#attempt("apply", async () => {
      const { fromUpdate } = await this.#channel.call("apply", { run: this.#run(), loss: text });
      this.#store.dispatch({ kind: "applied", text, fromUpdate });
    });
  }

  async applySettings(
    settings: Partial<Pick<RunSettings, "gamma" | "learningRate" | "optimiser">>,
  ): Promise<void> {
    await this.#attempt("apply", () => this.#channel.call("apply", { run: this.#run(), settings }));
  }

  async setPinned(pinned: boolean): Promise<void> {
    const reference = referenceOf(this.#store.state);
    await this.#attempt("pin", async () => {
      await this.#channel.call(pinned ? "pin" : "unpin", reference);
      this.#asker.forget(["update", "curve"]);
      this.#asker.look();
    });
  }

  /** Value and adjoint of the expression at an offset of the editor's text; null where there is none. */
  async node(text: string, offset: number): Promise<NodeView | null> {
    if (this.#store.state.update === null) return null;
    return this.#orNull(this.#channel.call("node", { ...referenceOf(this.#store.state), text, offset }));
  }

  /** The selected update on every backend here, beside kernels; null where that failed. */
  async parity(): Promise<ParityView | null> {
    const { state } = this.#store;
    return state.update === null ? null : this.#orNull(this.#channel.call("parity", referenceOf(state)));
  }

  async explainCell(step: number, column: string): Promise<CellExplanation | null> {
    const state = this.#store.state;
    if (state.update === null) return null;
    const source = shownSource(state);
    return this.#orNull(this.#channel.call("explainCell", { ...referenceOf(state), source, step, column }));
  }

  /** A range of rows of the step table; null where the question failed. */
  async rows(range: PanelMethods["rows"]["params"]): Promise<PanelMethods["rows"]["result"] | null> {
    let page: PanelMethods["rows"]["result"] | null = null;
    await this.#attempt("rows", async () => {
      page = await this.#channel.call("rows", range);
    });
    return page;
  }

  /** Something about a finding of the trace that the page shows; null where it failed, which is said on the page. */
  async finding<Name extends keyof FindingMethods>(
    method: Name,
    params: FindingMethods[Name]["params"],
  ): Promise<FindingMethods[Name]["result"] | null> {
    let answer: FindingMethods[Name]["result"] | null = null;
    await this.#attempt("finding", async () => {
      answer = (await this.#channel.call(method, params as never)) as FindingMethods[Name]["result"];
    });
    return answer;
  }

  /** Turns a trace's page to the steps that a finding names. */
  async showFinding(finding: string): Promise<void> {
    const place = await this.finding("placeOf", { finding });
    if (place !== null) this.#store.dispatch({ kind: "place", finding, ...place });
  }

  async copy(text: string): Promise<void> {
    await this.#attempt("copy", () => this.#channel.call("copy", { text }));
  }

  async #load(resource: Resource): Promise<void> {
    const run = this.#run();
    if (resource.key(this.#store.state) === null) return;
    await this.#attempt(resource.name, async () => {
      const action = await resource.load(this.#store.state, this.#channel);
      if (this.#run() === run) this.#store.dispatch(action);
    });
  }

  #hear(event: string, payload: unknown): void {
    if (!Object.hasOwn(onEvent, event)) return;
    const toAction = onEvent[event as keyof PanelEvents] as (payload: unknown) => PanelAction;
    this.#store.dispatch(toAction(payload));
  }

  /** Keeps ids, scroll place and loss text, but not on every frame of a scroll. */
  #remember(): void {
    this.#rememberTimer ??= setTimeout(() => {
      this.#rememberTimer = undefined;
      const memory = memoryOf(this.#store.state);
      const text = JSON.stringify(memory);
      if (text === this.#kept) return;
      this.#kept = text;
      this.#keep(memory);
      void this.#attempt("remember", () => this.#channel.call("remember", memory));
    }, rememberPause);
  }

  #isAsked(asked: { run: string; update: number; text: string; rule?: string }): boolean {
    const { proof } = this.#store.state;
    if (proof === null || this.#run() !== asked.run) return false;
    return proof.update === asked.update && proof.text === asked.text && proof.rule === (asked.rule ?? "");
  }

  #run(): string {
    return this.#store.state.host?.run?.run ?? "";
  }

  async #orNull<Value>(answer: Promise<Value>): Promise<Value | null> {
    let value: Value | null = null;
    await this.#attempt("hover", async () => {
      value = await answer;
    });
    return value;
  }

  async #attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.#store.dispatch({ kind: "failure", what, message: null });
    } catch (error) {
      this.#fail(what, error);
    }
  }

  #fail(what: string, error: unknown): void {
    if (!(error instanceof ChannelError)) throw error;
    const message = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
    this.#store.dispatch({ kind: "failure", what, message });
  }
}
