import type { SortOrder, Source, UpdateReference } from "../../src/protocol/engine.ts";
import { NewestWins } from "../frame.ts";
import type { Panel } from "../part.ts";
import { referenceOf } from "../resources.ts";
import { shownSource, sourceKey } from "../selectors.ts";
import type { PanelState } from "../state.ts";
import type { TableColumn } from "./layout.ts";
import { PageCache, type PlacedRow, rowsInPage } from "./pages.ts";
import type { RowWindow } from "./scroller.ts";

/** Milliseconds that numbers of before may stand in without being marked as such. */
const patience = 300;

/** One set of numbers of the table: of which update and source, which columns, in which order. */
interface Wanted {
  readonly key: string;
  readonly reference: UpdateReference;
  readonly source: Source;
  readonly order: SortOrder | null;
  readonly columns: readonly string[];
  readonly steps: number;
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

  want(panel: Panel, columns: readonly TableColumn[], window: RowWindow): void {
    const wanted = wantedNumbers(panel.store.state, columns);
    this.#turnTo(wanted.key);
    const [start] = this.cache.missing(window.first, window.end);
    if (start === undefined || this.#failed === `${wanted.key} ${start}`) return;
    this.#queue.request(() => this.#load(panel, wanted, start));
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

  async #load(panel: Panel, wanted: Wanted, start: number): Promise<void> {
    const end = Math.min(start + rowsInPage, wanted.steps);
    const { reference, source, columns, order } = wanted;
    const range = { ...reference, source, columns, start, end, ...(order !== null && { order }) };
    const page = await panel.session.rows(range);
    this.#failed = page === null ? `${wanted.key} ${start}` : "";
    if (page !== null) this.cache.put(wanted.key, { start, ...page });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    this.#arrived();
  }
}

function wantedNumbers(state: PanelState, columns: readonly TableColumn[]): Wanted {
  const names = [...new Set([...columns.flatMap((column) => column.names), "action"])];
  const order = state.sort;
  return {
    key: `${sourceKey(state)} ${order?.column} ${order?.descending} ${names.join(",")}`,
    reference: referenceOf(state),
    source: shownSource(state),
    order,
    columns: names,
    steps: state.update?.steps ?? 0,
  };
}
