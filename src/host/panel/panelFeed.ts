import type { PanelEvents } from "../../protocol/panel.ts";
import type { Clock } from "../clock.ts";

const frameMilliseconds = 16;

type Pending = { -readonly [Name in keyof PanelEvents]?: PanelEvents[Name] };
type Emit = <Name extends keyof PanelEvents & string>(event: Name, payload: PanelEvents[Name]) => void;

/** What a page is told, at most once a frame each: the newest state, progress and number of updates. */
export class PanelFeed {
  readonly #clock: Clock;
  readonly #emit: Emit;
  #pending: Pending = {};
  #cancel: (() => void) | undefined;
  #open = false;
  #lastFlush = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, emit: Emit) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Lets events through; until then, and after `close`, they are dropped: a new page asks for what it needs. */
  open(): void {
    this.#open = true;
  }

  close(): void {
    this.#open = false;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#pending = {};
  }

  push<Name extends keyof PanelEvents & string>(event: Name, payload: PanelEvents[Name]): void {
    if (!this.#open) return;
    this.#pending = { ...this.#pending, [event]: payload };
    const wait = Math.max(0, this.#lastFlush + frameMilliseconds - this.#clock.now());
    this.#cancel ??= this.#clock.after(wait, () => this.#flush());
  }

  #flush(): void {
    this.#cancel = undefined;
    this.#lastFlush = this.#clock.now();
    const pending = this.#pending;
    this.#pending = {};
    for (const event of Object.keys(pending) as (keyof PanelEvents)[]) this.#send(event, pending);
  }

  #send<Name extends keyof PanelEvents & string>(event: Name, pending: Pending): void {
    this.#emit(event, pending[event] as PanelEvents[Name]);
  }
}
