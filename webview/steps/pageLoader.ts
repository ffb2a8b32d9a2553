import type { RowsView } from "../../src/protocol/engine.ts";
import { NewestWins } from "../frame.ts";
import { PageCache, type PlacedRow, rowsInPage } from "./pages.ts";
import type { RowWindow } from "./scroller.ts";

/** Milliseconds that numbers of before may stand in without being marked as such. */
const patience = 300;

/** One set of numbers of a table: which they are, how many rows, and the way to them. */
export interface WantedPages {
  /** Another where the numbers, their columns or their order are others. */
  readonly key: string;
  readonly rows: number;
  /** Fetches rows `start` to `end`; null where that failed, which is told elsewhere. */
  readonly load: (start: number, end: number) => Promise<RowsView | null>;
}

/** Fetches the pages in view, one after the other and the newest wish first. */
export class PageLoader {
  readonly cache = new PageCache();
  readonly #queue = new NewestWins();
  readonly #arrived: () => void;
  #waiting: (() => void)[] = [];
  #failed = "";
  #late = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(arrived: () => void) {
    this.#arrived = arrived;
  }

  /** Whether the numbers that are wanted now have been waited for so long that a reader should know. */
  get late(): boolean {
    return this.#late;
  }

  want(wanted: WantedPages, window: RowWindow): void {
    this.#turnTo(wanted.key);
    const [start] = this.cache.missing(window.first, window.end);
    if (start === undefined || this.#failed === `${wanted.key} ${start}`) return;
    this.#queue.request(() => this.#load(wanted, start));
  }

  /** The row once it is here and not stale; null where it does not come with the next pages. */
  async arrival(row: number): Promise<PlacedRow | null> {
    for (let page = 0; page < 4; page++) {
      const placed = this.cache.row(row);
      if (placed !== null && !placed.stale) return placed;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return null;
  }

  #turnTo(key: string): void {
    if (key === this.cache.key) return;
    this.cache.turnTo(key);
    this.#late = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#late = true;
      this.#arrived();
    }, patience);
  }

  async #load(wanted: WantedPages, start: number): Promise<void> {
    const page = await wanted.load(start, Math.min(start + rowsInPage, wanted.rows));
    this.#failed = page === null ? `${wanted.key} ${start}` : "";
    if (page !== null) this.cache.put(wanted.key, { start, ...page });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    this.#arrived();
  }
}
