import { NewestWins } from "../frame.ts";
import type { Panel } from "../part.ts";
import { shownSource, sourceKey } from "../selectors.ts";
import type { TableColumn } from "./layout.ts";
import { PageCache, type PlacedRow, rowsInPage } from "./pages.ts";
import type { RowWindow } from "./scroller.ts";

/** Fetches the pages in view, one after the other and the newest wish first. */
export class PageLoader {
  readonly cache = new PageCache();
  readonly #queue = new NewestWins();
  readonly #arrived: () => void;
  #waiting: (() => void)[] = [];
  #failed = "";

  constructor(arrived: () => void) {
    this.#arrived = arrived;
  }

  want(panel: Panel, columns: readonly TableColumn[], window: RowWindow): void {
    const { state } = panel.store;
    const names = columns.flatMap((column) => column.names);
    const key = `${sourceKey(state)} ${state.sort?.column} ${state.sort?.descending} ${names.join(",")}`;
    this.cache.turnTo(key);
    const [start] = this.cache.missing(window.first, window.end);
    if (start === undefined || this.#failed === `${key} ${start}`) return;
    this.#queue.request(() => this.#load(panel, names, start, key));
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

  async #load(panel: Panel, names: readonly string[], start: number, key: string): Promise<void> {
    const { state } = panel.store;
    if (this.cache.key !== key || state.update === null) return;
    const end = Math.min(start + rowsInPage, state.update.steps);
    const page = await panel.session.rows(shownSource(state), names, start, end, state.sort);
    this.#failed = page === null ? `${key} ${start}` : "";
    if (page !== null) this.cache.put(key, { start, ...page });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    this.#arrived();
  }
}
