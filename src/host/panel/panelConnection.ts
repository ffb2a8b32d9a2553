import {
  Channel,
  ChannelError,
  type Handlers,
  type ParamsCheck,
  type Transport,
  type WireMessage,
} from "../../protocol/channel.ts";
import type { PanelEvents, PanelMethods } from "../../protocol/panel.ts";

type NoMethods = Record<never, never>;

/** The way to a page, as far as the host needs it. */
export interface PagePort {
  readonly visible: boolean;
  post(message: WireMessage): void;
}

export interface PanelConnectionOptions<Methods = PanelMethods> {
  readonly port: PagePort;
  readonly handlers: Handlers<Methods>;
  readonly check: ParamsCheck;
}

/**
 * The host's end of the talk with a page. A page that was hidden or moved is loaded anew and numbers its
 * calls from the start, so every `ready` begins a new channel; answers meant for the old page are dropped.
 */
export class PanelConnection<Methods = PanelMethods, Events = PanelEvents> {
  readonly #options: PanelConnectionOptions<Methods>;
  #channel: Channel<Methods, NoMethods, Events> | undefined;
  #deliver: (message: unknown) => void = () => {};

  constructor(options: PanelConnectionOptions<Methods>) {
    this.#options = options;
  }

  /** Whether a page has said that it is there. */
  get connected(): boolean {
    return this.#channel !== undefined;
  }

  receive(message: unknown): void {
    if (isReadyCall(message)) this.#connect();
    this.#deliver(message);
  }

  emit<Name extends keyof Events & string>(event: Name, payload: Events[Name]): void {
    this.#channel?.emit(event, payload);
  }

  /** Cancels what the page asked and forgets the page, as when it is hidden. */
  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
    this.#deliver = () => {};
  }

  #connect(): void {
    this.close();
    const { port, handlers, check } = this.#options;
    const transport: Transport = {
      send: (message) => {
        if (port.visible) port.post(message);
      },
      onMessage: (listener) => {
        this.#deliver = listener;
      },
      onClose: () => {},
    };
    this.#channel = new Channel<Methods, NoMethods, Events>(transport, { handlers, check });
  }
}

function isReadyCall(message: unknown): boolean {
  const call = message as { kind?: unknown; method?: unknown } | null;
  return typeof call === "object" && call?.kind === "call" && call.method === "ready";
}

/** Refuses a page that speaks another version of the protocol. */
export function requireVersion(theirs: number, ours: number): void {
  if (theirs === ours) return;
  const message = `The page speaks version ${theirs} of the protocol, the extension version ${ours}.`;
  throw new ChannelError("version", message, "Reload the window.");
}
