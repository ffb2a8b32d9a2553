import type { OpenTraceView, TraceView } from "../../protocol/traceViews.ts";
import type { Clock } from "../clock.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";

/** What is known of a followed trace. */
export interface FollowedTrace {
  /** What it holds, which is told before its diagnosis. */
  readonly opened: OpenTraceView | null;
  readonly trace: TraceView | null;
  /** Why the file cannot be read as it stands; what was read before stays. */
  readonly problem: string | null;
  readonly isReading: boolean;
}

export interface TraceFollowerOptions {
  readonly clock: Clock;
  /** Opens the trace or reads on. */
  readonly open: () => Promise<OpenTraceView>;
  /** Says what its updates are. */
  readonly diagnose: () => Promise<TraceView>;
  /** Calls back whenever the file changes, until it is disposed. */
  readonly watch: (changed: () => void) => Disposable;
  readonly onChange: (known: FollowedTrace) => void;
}

/** Pause between two readings, at least; and as a multiple of what the reading before took. */
const leastPause = 500;
const pauseFactor = 3;

/**
 * Reads a trace anew as its file grows: one reading at a time, none while nobody looks, and with pauses in proportion to
 * the time a reading takes, so that a large trace that is being written does not keep the engine busy.
 */
export class TraceFollower implements Disposable {
  readonly #options: TraceFollowerOptions;
  readonly #owned = new DisposableStore();
  #known: FollowedTrace = { opened: null, trace: null, problem: null, isReading: false };
  #isShown = false;
  #isStale = true;
  #cancel: (() => void) | undefined;

  constructor(options: TraceFollowerOptions) {
    this.#options = options;
    this.#owned.add(options.watch(() => this.#heed()));
  }

  get known(): FollowedTrace {
    return this.#known;
  }

  /** Whether somebody looks; what changed meanwhile is read when somebody does. */
  show(isShown: boolean): void {
    this.#isShown = isShown;
    this.#readSoon(0);
  }

  /** What was open is so no longer, as when the engine closed; it is read again once `readAgain` is called. */
  lost(): void {
    this.#set({ opened: null });
  }

  /** Reads again although the file has not changed. */
  readAgain(): void {
    this.#heed();
  }

  dispose(): void {
    this.#cancel?.();
    this.#owned.dispose();
  }

  #heed(): void {
    this.#isStale = true;
    this.#readSoon(0);
  }

  #readSoon(pause: number): void {
    const isWanted = this.#isShown && this.#isStale && !this.#known.isReading && !this.#owned.disposed;
    if (!isWanted || this.#cancel) return;
    this.#cancel = this.#options.clock.after(pause, () => {
      this.#cancel = undefined;
      void this.#read();
    });
  }

  async #read(): Promise<void> {
    const { clock, open, diagnose } = this.#options;
    this.#isStale = false;
    this.#set({ isReading: true });
    const begun = clock.now();
    try {
      this.#set({ opened: await open() });
      this.#set({ trace: await diagnose(), problem: null, isReading: false });
    } catch (error) {
      this.#set({ problem: error instanceof Error ? error.message : String(error), isReading: false });
    }
    const pause = Math.max(leastPause, pauseFactor * (clock.now() - begun));
    // A pause even where nothing has changed yet: the next change must not be read at once either.
    if (!this.#owned.disposed) {
      this.#cancel = clock.after(pause, () => {
        this.#cancel = undefined;
        this.#readSoon(0);
      });
    }
  }

  #set(change: Partial<FollowedTrace>): void {
    this.#known = { ...this.#known, ...change };
    if (!this.#owned.disposed) this.#options.onChange(this.#known);
  }
}
