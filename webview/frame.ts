/** Resolves at the next animation frame; never while the page is hidden. */
export function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

/** Returns a function that runs `work` once at the next animation frame, however often it is called before. */
export function oncePerFrame(work: () => void, schedule = nextFrame): () => void {
  let scheduled = false;
  return () => {
    if (scheduled) return;
    scheduled = true;
    void schedule().then(() => {
      scheduled = false;
      work();
    });
  };
}

/**
 * Lets one load run at a time and start at most one a frame. While one runs, only the newest
 * wish is kept; the first wish after a pause starts at once.
 */
export class NewestWins {
  readonly #schedule: () => Promise<unknown>;
  #wish: (() => Promise<void>) | undefined;
  #busy = false;

  constructor(schedule: () => Promise<unknown> = nextFrame) {
    this.#schedule = schedule;
  }

  request(load: () => Promise<void>): void {
    this.#wish = load;
    if (!this.#busy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#wish !== undefined) {
        const load = this.#wish;
        this.#wish = undefined;
        await load();
        await this.#schedule();
      }
    } finally {
      this.#busy = false;
    }
  }
}
