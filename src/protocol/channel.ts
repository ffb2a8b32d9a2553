/**
 * A typed call channel over any message transport. A boundary is described once, as an interface
 * from method name to `{ params, result }` and one from event name to payload; calls, replies and
 * events are derived from it. Every call is answered, with a value or with an error.
 */
export interface MethodTable {
  [method: string]: { params: unknown; result: unknown };
}
export interface EventTable {
  [event: string]: unknown;
}

export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export type WireMessage =
  | { readonly kind: "call"; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly error: WireError }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "event"; readonly event: string; readonly payload: unknown };

/** Carries messages to the other end; `onMessage` and `onClose` are set by the channel. */
export interface Transport {
  send(message: WireMessage): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
}

export interface CallContext {
  readonly signal: AbortSignal;
}

export type Handlers<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends { params: infer P; result: infer R }
    ? (params: P, context: CallContext) => R | Promise<R>
    : never;
};

/** Checks what arrives before a handler sees it: returns an error text, or undefined where the params are right. */
export type ParamsCheck = (method: string, params: unknown) => string | undefined;

export interface ChannelOptions<Handled> {
  readonly handlers: Handlers<Handled>;
  readonly check?: ParamsCheck;
  /** Called for each event of the other end. Unknown names arrive too: ignore or log them. */
  readonly onEvent?: (event: string, payload: unknown) => void;
  /** Milliseconds after which a call fails with code "timeout"; default none. */
  readonly timeout?: number;
}

/** The error that a failed call rejects with, and that handlers may throw to choose code and hint. */
export class ChannelError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.name = "ChannelError";
    this.code = code;
    this.hint = hint;
  }
}

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ChannelError) => void;
  readonly finish: () => void;
}

/** One end of a channel: answers `Handled`, calls `Called`, sends `Sent` events. */
export class Channel<Handled, Called, Sent = EventTable> {
  readonly #transport: Transport;
  readonly #options: ChannelOptions<Handled>;
  readonly #pending = new Map<number, PendingCall>();
  readonly #running = new Map<number, AbortController>();
  #nextId = 1;
  #closed = false;

  constructor(transport: Transport, options: ChannelOptions<Handled>) {
    this.#transport = transport;
    this.#options = options;
    transport.onMessage((message) => this.#receive(message));
    transport.onClose(() => this.close());
  }

  /** Calls the other end. Rejects with a `ChannelError`: its own, "timeout", "cancelled" or "closed". */
  call<Name extends keyof Called & string>(
    method: Name,
    params: Called[Name] extends { params: infer P } ? P : never,
    signal?: AbortSignal,
  ): Promise<Called[Name] extends { result: infer R } ? R : never> {
    if (this.#closed) return Promise.reject(new ChannelError("closed", `${method}: the other end is gone`));
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      const cancel = () => {
        this.#transport.send({ kind: "cancel", id });
        this.#settle(id)?.reject(new ChannelError("cancelled", `${method} was cancelled`));
      };
      const timer = this.#startTimer(method, id);
      signal?.addEventListener("abort", cancel, { once: true });
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", cancel);
      };
      this.#pending.set(id, { resolve, reject, finish });
    });
    this.#transport.send({ kind: "call", id, method, params });
    return answer as Promise<Called[Name] extends { result: infer R } ? R : never>;
  }

  emit<Name extends keyof Sent & string>(event: Name, payload: Sent[Name]): void {
    if (!this.#closed) this.#transport.send({ kind: "event", event, payload });
  }

  /** Fails all waiting calls with "closed" and cancels all running handlers; later calls fail at once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const id of [...this.#pending.keys()]) {
      this.#settle(id)?.reject(new ChannelError("closed", "the other end is gone"));
    }
    for (const controller of this.#running.values()) controller.abort();
  }

  #startTimer(method: string, id: number): ReturnType<typeof setTimeout> | undefined {
    const { timeout } = this.#options;
    if (timeout === undefined) return undefined;
    return setTimeout(() => {
      this.#settle(id)?.reject(new ChannelError("timeout", `${method} gave no answer within ${timeout} ms`));
    }, timeout);
  }

  #settle(id: number): PendingCall | undefined {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    call?.finish();
    return call;
  }

  #receive(raw: unknown): void {
    if (this.#closed || !isWireMessage(raw)) return;
    switch (raw.kind) {
      case "call":
        void this.#answer(raw.id, raw.method, raw.params);
        return;
      case "result":
        this.#settle(raw.id)?.resolve(raw.value);
        return;
      case "failure":
        this.#settle(raw.id)?.reject(new ChannelError(raw.error.code, raw.error.message, raw.error.hint));
        return;
      case "cancel":
        this.#running.get(raw.id)?.abort();
        return;
      case "event":
        this.#options.onEvent?.(raw.event, raw.payload);
        return;
      default:
        raw satisfies never;
    }
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const value = await this.#handle(method, params, controller.signal);
      if (!this.#closed) this.#transport.send({ kind: "result", id, value });
    } catch (error) {
      if (!this.#closed) this.#transport.send({ kind: "failure", id, error: toWireError(error) });
    } finally {
      this.#running.delete(id);
    }
  }

  #handle(method: string, params: unknown, signal: AbortSignal): unknown {
    const handlers = this.#options.handlers as Record<
      string,
      (params: unknown, context: CallContext) => unknown
    >;
    if (!Object.hasOwn(handlers, method))
      throw new ChannelError("unknown_method", `There is no method "${method}".`);
    const problem = this.#options.check?.(method, params);
    if (problem !== undefined) throw new ChannelError("bad_params", `${method}: ${problem}`);
    return handlers[method]?.(params, { signal });
  }
}

function toWireError(error: unknown): WireError {
  if (error instanceof ChannelError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint !== undefined && { hint: error.hint }),
    };
  }
  const coded = error as { code?: unknown; message?: unknown; hint?: unknown } | null;
  return {
    code: typeof coded?.code === "string" ? coded.code : "failed",
    message: typeof coded?.message === "string" ? coded.message : String(error),
    ...(typeof coded?.hint === "string" && { hint: coded.hint }),
  };
}

function isWireMessage(raw: unknown): raw is WireMessage {
  if (typeof raw !== "object" || raw === null) return false;
  const message = raw as { kind?: unknown; id?: unknown; method?: unknown; event?: unknown; error?: unknown };
  switch (message.kind) {
    case "call":
      return Number.isInteger(message.id) && typeof message.method === "string";
    case "result":
    case "cancel":
      return Number.isInteger(message.id);
    case "failure":
      return Number.isInteger(message.id) && typeof message.error === "object" && message.error !== null;
    case "event":
      return typeof message.event === "string";
    default:
      return false;
  }
}
