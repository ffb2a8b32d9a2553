import type { Clock } from "../clock.ts";

/** Progress events that may be under way at once, and how often they are granted anew. */
const window = 4;
const frameMilliseconds = 16;
/** Events beyond what was granted after which the engine counts as broken. */
export const tolerableOverrun = 10_000;

export interface CreditGateOptions {
  readonly clock: Clock;
  readonly grant: (count: number) => void;
  readonly onFlood: () => void;
}

/** Flow control for progress: the engine may send what was granted, what comes beyond is dropped. */
export class CreditGate {
  readonly #options: CreditGateOptions;
  #left = 0;
  #overrun = 0;
  #cancelRefill: (() => void) | undefined;

  constructor(options: CreditGateOptions) {
    this.#options = options;
  }

  open(): void {
    this.#refill();
  }

  /** Whether an event that has arrived was paid for. */
  admit(): boolean {
    if (this.#left === 0) {
      this.#overrun += 1;
      if (this.#overrun === tolerableOverrun) this.#options.onFlood();
      return false;
    }
    this.#left -= 1;
    this.#cancelRefill ??= this.#options.clock.after(frameMilliseconds, () => this.#refill());
    return true;
  }

  close(): void {
    this.#cancelRefill?.();
    this.#cancelRefill = undefined;
    this.#left = 0;
  }

  #refill(): void {
    this.#cancelRefill = undefined;
    const count = window - this.#left;
    this.#left = window;
    this.#options.grant(count);
  }
}
