import type { Transport, WireMessage } from "./channel.ts";

/**
 * Two transports joined in memory: what one sends the other receives, structured-cloned and in a
 * later microtask, as it would be over a process boundary. `close` closes both.
 */
export function inMemoryTransports(): { near: Transport; far: Transport; close(): void } {
  const near = new InMemoryTransport();
  const far = new InMemoryTransport();
  near.peer = far;
  far.peer = near;
  return {
    near,
    far,
    close() {
      near.shut();
      far.shut();
    },
  };
}

class InMemoryTransport implements Transport {
  peer: InMemoryTransport | undefined;
  readonly #messageListeners: ((message: unknown) => void)[] = [];
  readonly #closeListeners: (() => void)[] = [];
  #open = true;

  send(message: WireMessage): void {
    if (!this.#open) return;
    const copy: unknown = structuredClone(message);
    queueMicrotask(() => this.peer?.deliver(copy));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#messageListeners.push(listener);
  }

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener);
  }

  deliver(message: unknown): void {
    if (!this.#open) return;
    for (const listener of this.#messageListeners) listener(message);
  }

  shut(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const listener of this.#closeListeners) listener();
  }
}
