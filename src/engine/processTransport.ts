import type { Transport, WireMessage } from "../protocol/channel.ts";

/** The part of a process, or of a child process, that carries messages. */
export interface MessagePort {
  send?(message: WireMessage): boolean;
  on(event: "message", listener: (message: unknown) => void): unknown;
  on(event: "disconnect", listener: () => void): unknown;
}

/** A transport over the IPC pipe of `fork` with `serialization: "advanced"`. */
export function processTransport(port: MessagePort): Transport {
  return {
    send: (message) => port.send?.(message),
    onMessage: (listener) => port.on("message", listener),
    onClose: (listener) => port.on("disconnect", listener),
  };
}
