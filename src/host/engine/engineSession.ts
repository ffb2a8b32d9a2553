import { Channel, ChannelError } from "../../protocol/channel.ts";
import {
  type BackendView,
  type EngineEvents,
  type EngineMethods,
  engineProtocolVersion,
} from "../../protocol/engine.ts";
import type { Clock } from "../clock.ts";
import { isIntact, makeProbe } from "./binaryProbe.ts";
import { CreditGate } from "./creditGate.ts";
import type { EngineProcess } from "./engineProcess.ts";

export interface SessionDeadlines {
  /** From the start of the process to an accepted handshake. */
  readonly handshake: number;
  /** From one heartbeat to the next. */
  readonly heartbeat: number;
  /** From a polite request to end to SIGTERM, and from there to SIGKILL. */
  readonly politeness: number;
}

export const usualDeadlines: SessionDeadlines = { handshake: 10_000, heartbeat: 10_000, politeness: 2000 };

export interface EngineIdentity {
  readonly pid: number | undefined;
  readonly node: string;
  readonly backends: readonly BackendView[];
}

/** Why an engine is gone. A fatal reason is one that a restart would only repeat. */
export interface CloseReason {
  readonly message: string;
  readonly fatal: boolean;
}

export interface SessionOptions {
  readonly process: EngineProcess;
  readonly clock: Clock;
  readonly deadlines: SessionDeadlines;
  readonly onEvent: <Name extends keyof EngineEvents>(event: Name, payload: EngineEvents[Name]) => void;
  readonly onOutput: (text: string) => void;
  /** Called once, when the process has ended. */
  readonly onClosed: (reason: CloseReason) => void;
}

type NoMethods = Record<never, never>;
export type EngineChannel = Channel<NoMethods, EngineMethods>;

/** One life of the engine: handshake, heartbeat, flow control, and an end that is reported exactly once. */
export class EngineSession {
  readonly channel: EngineChannel;
  readonly #options: SessionOptions;
  readonly #credit: CreditGate;
  #reason: CloseReason | undefined;
  #ended = false;
  #cancelHeartbeat: (() => void) | undefined;
  readonly #timers = new Set<() => void>();

  constructor(options: SessionOptions) {
    this.#options = options;
    const { process, clock } = options;
    this.channel = new Channel<NoMethods, EngineMethods>(process.transport, {
      handlers: {},
      onEvent: (event, payload) => this.#receive(event, payload),
    });
    this.#credit = new CreditGate({
      clock,
      grant: (count) => void this.channel.call("credit", { count }).catch(() => {}),
      onFlood: () => this.#fail({ message: "it sent more progress than it was granted", fatal: false }),
    });
    process.onOutput(options.onOutput);
    process.onExit((reason) => this.#end({ message: reason, fatal: false }));
    process.onDisconnect(() => this.#after(options.deadlines.politeness, () => process.kill(true)));
  }

  /** Checks version and binary carriage within the deadline; a failure ends the session and rejects. */
  async handshake(): Promise<EngineIdentity> {
    const { clock, deadlines } = this.#options;
    const cancel = clock.after(deadlines.handshake, () =>
      this.#fail({ message: `it did not answer within ${deadlines.handshake / 1000} s`, fatal: false }),
    );
    try {
      const answer = await this.#hello();
      this.#credit.open();
      this.#expectHeartbeat();
      return { pid: this.#options.process.pid, node: answer.node, backends: answer.backends };
    } finally {
      cancel();
    }
  }

  /** Asks the engine to end, and insists after the deadline. Resolves through `onClosed`. */
  stop(): void {
    this.#reason ??= { message: "it was stopped", fatal: false };
    const { process, deadlines } = this.#options;
    this.channel.close();
    process.disconnect();
    this.#after(deadlines.politeness, () => process.kill(false));
    this.#after(2 * deadlines.politeness, () => process.kill(true));
  }

  async #hello(): Promise<EngineMethods["hello"]["result"]> {
    const params = { version: engineProtocolVersion, probe: makeProbe() };
    const answer = await this.channel.call("hello", params);
    const problem = findHelloProblem(answer);
    if (problem === undefined) return answer;
    this.#fail({ message: problem, fatal: true });
    throw new ChannelError("handshake", problem);
  }

  #receive(event: string, payload: unknown): void {
    if (event === "heartbeat") this.#expectHeartbeat();
    else if (event === "progress" && !this.#credit.admit()) return;
    this.#options.onEvent(event as keyof EngineEvents, payload as EngineEvents[keyof EngineEvents]);
  }

  #expectHeartbeat(): void {
    if (this.#ended || this.#reason !== undefined) return;
    const { clock, deadlines } = this.#options;
    this.#cancelHeartbeat?.();
    this.#cancelHeartbeat = clock.after(deadlines.heartbeat, () =>
      this.#fail({ message: `it gave no sign of life for ${deadlines.heartbeat / 1000} s`, fatal: false }),
    );
  }

  #fail(reason: CloseReason): void {
    if (this.#ended) return;
    this.#reason ??= reason;
    this.channel.close();
    this.#options.process.kill(true);
  }

  #after(delay: number, action: () => void): void {
    if (this.#ended) return;
    this.#timers.add(this.#options.clock.after(delay, action));
  }

  #end(reason: CloseReason): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelHeartbeat?.();
    this.#credit.close();
    for (const cancel of this.#timers) cancel();
    this.channel.close();
    this.#options.onClosed(this.#reason ?? reason);
  }
}

function findHelloProblem(answer: EngineMethods["hello"]["result"] | null): string | undefined {
  if (answer?.version !== engineProtocolVersion) {
    return `it speaks version ${answer?.version} of the protocol, this extension version ${engineProtocolVersion}`;
  }
  if (!isIntact(answer.probe)) return "numbers are damaged on their way between the editor and the engine";
  return undefined;
}
