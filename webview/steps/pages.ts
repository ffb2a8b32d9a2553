/** Rows `start` onwards of the table in some order: the original step of each, and their columns. */
export interface Page {
  readonly start: number;
  readonly rows: Float64Array;
  readonly columns: Readonly<Record<string, Float64Array>>;
}

/** A row in a page. `stale` where it belongs to the numbers shown before and the new ones are on their way. */
export interface PlacedRow {
  readonly page: Page;
  readonly index: number;
  readonly stale: boolean;
}

export const rowsInPage = 256;
const pagesKept = 24;

/**
 * Pages of the step table that have arrived. When the key changes (another update, order or source),
 * the pages of the key before stay as stand-ins until their successors come.
 */
export class PageCache {
  #key: string | null = null;
  #pages = new Map<number, Page>();
  #before = new Map<number, Page>();

  get key(): string | null {
    return this.#key;
  }

  /** Turns to another set of numbers; the present one becomes the stand-in where it holds anything. */
  turnTo(key: string | null): void {
    if (key === this.#key) return;
    this.#key = key;
    if (this.#pages.size > 0) this.#before = this.#pages;
    this.#pages = new Map();
  }

  /**
   * Takes a page in. One that was asked for before the numbers changed again is newer than the
   * stand-ins all the same: it joins them, so that a table that follows the training never stands still.
   */
  put(key: string, page: Page): void {
    if (key !== this.#key) {
      this.#before.set(page.start, page);
      return;
    }
    this.#pages.delete(page.start);
    this.#pages.set(page.start, page);
    this.#before.delete(page.start);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= pagesKept) break;
      this.#pages.delete(oldest);
    }
  }

  row(row: number): PlacedRow | null {
    const start = row - (row % rowsInPage);
    const page = this.#pages.get(start) ?? this.#before.get(start);
    if (page === undefined || row - start >= page.rows.length) return null;
    return { page, index: row - start, stale: !this.#pages.has(start) };
  }

  /** Starts of the pages that rows `first` to `end` need and that are not here, the nearest to the middle first. */
  missing(first: number, end: number): readonly number[] {
    const starts: number[] = [];
    for (let start = first - (first % rowsInPage); start < end; start += rowsInPage) {
      if (!this.#pages.has(start)) starts.push(start);
    }
    const middle = (first + end - rowsInPage) / 2;
    return starts.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  }
}
