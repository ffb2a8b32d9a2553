import type { Clock } from "./clock.ts";
import { type Disposable, DisposableStore } from "./disposables.ts";

/** What is known of something followed. */
export interface Followed<View> {
  readonly view: View | null;
  /** Why it cannot be read as it stands; what was read before stays. */
  readonly problem: string | null;
  readonly isReading: boolean;
}

export interface FollowerOptions<View> {
  readonly clock: Clock;
  /** Reads it; `show` tells of what is known before all of it is. */
  readonly read: (show: (view: View) => void) => Promise<View>;
  /** Calls back whenever it may have changed, until it is disposed. */
  readonly watch: (changed: () => void) => Disposable;
  readonly onChange: (known: Followed<View>) => void;
}

/** Pause between two readings, at least; and as a multiple of what the reading before took. */
const leastPause = 500;
const pauseFactor = 3;

/**
 * Reads files anew as they grow: one reading at a time, none while nobody looks, and with pauses in proportion to the
 * time a reading takes, so that large files that are being written do not keep the engine busy.
 */
export class Follower<View> implements Disposable {
  readonly #options: FollowerOptions<View>;
  readonly #owned = new DisposableStore();
  #known: Followed<View> = { view: null, problem: null, isReading: false };
  #isShown = false;
  #isStale = true;
  #cancel: (() => void) | undefined;

  constructor(options: FollowerOptions<View>) {
    this.#options = options;
    this.#owned.add(options.watch(() => this.#heed()));
  }

  get known(): Followed<View> {
    return this.#known;
  }

  /** Whether somebody looks; what changed meanwhile is read when somebody does. */
  show(isShown: boolean): void {
    this.#isShown = isShown;
    this.#readSoon(0);
  }

  /** Puts something else in the place of what is known, which has ceased to hold. */
  replace(view: View | null): void {
    this.#set({ view });
  }

  /** Reads again as soon as a pause allows, as if a file had changed. */
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
    const { clock, read } = this.#options;
    this.#isStale = false;
    this.#set({ isReading: true });
    const begun = clock.now();
    try {
      this.#set({ view: await read((view) => this.#set({ view })), problem: null, isReading: false });
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

  #set(change: Partial<Followed<View>>): void {
    this.#known = { ...this.#known, ...change };
    if (!this.#owned.disposed) this.#options.onChange(this.#known);
  }
}
