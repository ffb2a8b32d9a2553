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
import type { CellExplanation, NodeView, RunSettings } from "../src/protocol/views.ts";
import { NewestWins } from "./frame.ts";
import { type PanelChannel, type Resource, referenceOf, resources } from "./resources.ts";
import { editorText, shownSource } from "./selectors.ts";
import { memoryOf, type PanelAction, type PanelState } from "./state.ts";
import type { Store } from "./store.ts";
import { binaryProbe, probeIsIntact } from "./transport.ts";

/** Milliseconds after which a question counts as lost: posts to a moved panel can stay pending for ever. */
const answerTimeout = 30_000;

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
  readonly #keys = new Map<string, string>();
  readonly #queues = new Map<string, NewestWins>();
  readonly #keep: (memory: PanelMemory) => void;
  #kept = "";

  constructor(store: PanelStore, transport: Transport, keep: (memory: PanelMemory) => void) {
    this.#store = store;
    this.#keep = keep;
    this.#channel = new Channel<MethodTable, PanelMethods, EventTable>(transport, {
      handlers: {},
      timeout: answerTimeout,
      onEvent: (event, payload) => this.#hear(event, payload),
    });
    store.effect((state) => {
      this.#ask(state);
      this.#remember(state);
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
      this.#fail("ready", error);
    }
  }

  async command(command: PanelCommand): Promise<void> {
    const update = this.#store.state.update?.update;
    await this.#attempt("command", () =>
      this.#channel.call("command", { command, ...(update !== undefined && { update }) }),
    );
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
      this.#keys.delete("update");
      this.#keys.delete("curve");
      this.#ask(this.#store.state);
    });
  }

  /** Value and adjoint of the expression at an offset of the editor's text; null where there is none. */
  async node(text: string, offset: number): Promise<NodeView | null> {
    if (this.#store.state.update === null) return null;
    return this.#orNull(this.#channel.call("node", { ...referenceOf(this.#store.state), text, offset }));
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

  async copy(text: string): Promise<void> {
    await this.#attempt("copy", () => this.#channel.call("copy", { text }));
  }

  #ask(state: PanelState): void {
    if (state.host === null || state.host.run === null) return;
    if (state.host.engine.state !== "running") {
      this.#keys.clear();
      return;
    }
    for (const resource of resources) this.#askFor(resource, state);
  }

  #askFor(resource: Resource, state: PanelState): void {
    const key = resource.key(state);
    if (key === null || this.#keys.get(resource.name) === key) return;
    this.#keys.set(resource.name, key);
    this.#queueOf(resource.name).request(() => this.#load(resource));
  }

  async #load(resource: Resource): Promise<void> {
    const run = this.#run();
    if (resource.key(this.#store.state) === null) return;
    await this.#attempt(resource.name, async () => {
      const action = await resource.load(this.#store.state, this.#channel);
      if (this.#run() === run) this.#store.dispatch(action);
    });
  }

  #queueOf(name: string): NewestWins {
    const queue = this.#queues.get(name) ?? new NewestWins();
    this.#queues.set(name, queue);
    return queue;
  }

  #hear(event: string, payload: unknown): void {
    if (!Object.hasOwn(onEvent, event)) return;
    const toAction = onEvent[event as keyof PanelEvents] as (payload: unknown) => PanelAction;
    this.#store.dispatch(toAction(payload));
  }

  #remember(state: PanelState): void {
    const memory = memoryOf(state);
    const text = JSON.stringify(memory);
    if (text === this.#kept || state.host === null) return;
    this.#kept = text;
    this.#keep(memory);
    this.#queueOf("remember").request(() =>
      this.#attempt("remember", () => this.#channel.call("remember", memoryOf(this.#store.state))),
    );
  }

  #run(): string {
    return this.#store.state.host?.run?.run ?? "";
  }

  async #orNull<Value>(answer: Promise<Value>): Promise<Value | null> {
    try {
      return await answer;
    } catch (error) {
      this.#fail("hover", error);
      return null;
    }
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
