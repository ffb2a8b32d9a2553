import type { Transport } from "../../protocol/channel.ts";

/** One life of an engine process, as the supervisor sees it. */
export interface EngineProcess {
  readonly pid: number | undefined;
  readonly transport: Transport;
  /** Called once, when the process is gone, with what is known of why. */
  onExit(listener: (reason: string) => void): void;
  /** Called when the message channel closes, which may be before the process ends. */
  onDisconnect(listener: () => void): void;
  /** What the process wrote to its standard output and error, in pieces. */
  onOutput(listener: (text: string) => void): void;
  /** Asks it to end by closing the message channel. */
  disconnect(): void;
  kill(force: boolean): void;
}

/** Starts an engine process. Rejects with an error whose message is fit to be shown, e.g. where no Node is found. */
export type LaunchEngine = () => Promise<EngineProcess>;
