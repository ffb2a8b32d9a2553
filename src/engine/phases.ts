import type { PhaseMilliseconds } from "../protocol/views.ts";

/**
 * The parts of an update, in their order. `act` is environment and policy together. Where a device only queues work, the wait
 * for it falls to `optimiser`, which reads the result.
 */
export const phases = ["act", "forward", "loss", "backward", "optimiser", "record"] as const;

export type Phase = keyof PhaseMilliseconds & (typeof phases)[number];

/** Weight of the newest update in the running means. */
const newest = 0.1;

/** Running means of the milliseconds that updates spend in each part. Costs a look at the clock per part. */
export class PhaseClock {
  readonly #means = new Float64Array(phases.length);
  readonly #current = new Float64Array(phases.length);
  #updates = 0;
  #since = 0;

  /** Begins to measure; what is between here and the next `end` belongs to that phase. */
  begin(): void {
    this.#since = performance.now();
  }

  /** Counts the time since `begin`, or since the last `end`, to a phase of the update under way. */
  end(phase: Phase): void {
    const now = performance.now();
    this.#current[phases.indexOf(phase)]! += now - this.#since;
    this.#since = now;
  }

  /** Takes the update under way into the means and starts the next. */
  endUpdate(): void {
    const share = this.#updates === 0 ? 1 : newest;
    for (let phase = 0; phase < phases.length; phase++) {
      this.#means[phase]! += share * (this.#current[phase]! - this.#means[phase]!);
    }
    this.#current.fill(0);
    this.#updates++;
  }

  /** The running means; undefined before the first update. */
  means(): PhaseMilliseconds | undefined {
    if (this.#updates === 0) return undefined;
    const [act = 0, forward = 0, loss = 0, backward = 0, optimiser = 0, record = 0] = this.#means;
    return { act, forward, loss, backward, optimiser, record };
  }
}
