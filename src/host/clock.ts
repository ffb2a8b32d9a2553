/** Time as the host's parts see it, so that tests can move it by hand. Milliseconds. */
export interface Clock {
  now(): number;
  /** Calls `action` once after `delay`; the returned function cancels it. */
  after(delay: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(delay, action) {
    const timer = setTimeout(action, delay);
    return () => clearTimeout(timer);
  },
};
