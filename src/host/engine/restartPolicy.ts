/** How often an engine may close before the host gives up. */
export interface RestartLimits {
  /** Restarts allowed within the window; the next close stops. */
  readonly restarts: number;
  readonly windowMilliseconds: number;
}

export const usualRestartLimits: RestartLimits = { restarts: 4, windowMilliseconds: 180_000 };

/** Counts closes in a sliding window: up to four are mended, the fifth within three minutes is not. */
export class RestartPolicy {
  readonly #limits: RestartLimits;
  #closes: number[] = [];

  constructor(limits: RestartLimits = usualRestartLimits) {
    this.#limits = limits;
  }

  /** Records a close at `now` (milliseconds) and says whether to start again, and after which delay. */
  closed(now: number): { restart: true; delay: number } | { restart: false } {
    this.#closes = this.#closes.filter((at) => now - at < this.#limits.windowMilliseconds);
    this.#closes.push(now);
    const count = this.#closes.length;
    if (count > this.#limits.restarts) return { restart: false };
    return { restart: true, delay: count === 1 ? 0 : 125 * 2 ** (count - 2) };
  }

  forget(): void {
    this.#closes = [];
  }
}
