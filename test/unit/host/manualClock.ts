import type { Clock } from "../../../src/host/clock.ts";

/** A clock that stands still until it is moved. */
export function manualClock(): Clock & { advance(milliseconds: number): void } {
  let now = 0;
  let timers: { at: number; action: () => void }[] = [];
  return {
    now: () => now,
    after(delay, action) {
      const timer = { at: now + delay, action };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        now = next.at;
        timers = timers.filter((other) => other !== next);
        next.action();
      }
      now = end;
    },
  };
}
