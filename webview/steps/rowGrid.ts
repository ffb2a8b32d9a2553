import type { CellContext } from "./cells.ts";
import { gridTemplate, leastWidth, type TableColumn } from "./layout.ts";
import { PageLoader, type WantedPages } from "./pageLoader.ts";
import { RowPool } from "./rowPool.ts";
import { Scrollbar } from "./scrollbar.ts";
import { clampPosition, extent, type Geometry, reveal, rowAfterKey, windowAt } from "./scroller.ts";

export const rowHeight = 22;
const none: ReadonlySet<number> = new Set();

/** What a grid draws. */
export interface GridContent {
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  /** Another where the numbers or their format are others: every row is written anew then. */
  readonly version: string;
  readonly context: CellContext;
  readonly selectedStep: number | null;
  /** Steps that are set off from the others; none where it is left out. */
  readonly marked?: ReadonlySet<number>;
  /** Whether numbers of before are marked while their successors are on the way. */
  readonly marksStale: boolean;
  readonly wanted: WantedPages;
}

/** What a grid asks and tells. */
export interface GridPort {
  /** What there is to draw now; null for nothing. */
  content(): GridContent | null;
  scrolled(position: number): void;
  /** A click or a key has made a row the active one. */
  chosen(row: number): void;
}

/**
 * The moving part of a step table: up to a million rows, of which only those in view exist, with its scrollbar, its active
 * cell and the keys that move it. Lives in an element that holds .step-grid, .step-body and .step-scrollbar.
 */
export class RowGrid {
  readonly pages = new PageLoader(() => this.paint());
  readonly #port: GridPort;
  #grid: HTMLElement | undefined;
  #body: HTMLElement | undefined;
  #pool: RowPool | undefined;
  #scrollbar: Scrollbar | undefined;
  #observer: ResizeObserver | undefined;
  #columns: readonly TableColumn[] = [];
  #viewport = 0;
  #position = 0;
  #activeRow = 0;
  #activeColumn = 0;

  constructor(port: GridPort) {
    this.#port = port;
  }

  get activeRow(): number {
    return this.#activeRow;
  }

  get activeColumn(): TableColumn | undefined {
    return this.#columns[this.#activeColumn];
  }

  /** Draws in the elements of `host`; what needs them is made once, at `position`. */
  attach(host: HTMLElement, position: number): void {
    const body = host.querySelector<HTMLElement>(".step-body");
    const grid = host.querySelector<HTMLElement>(".step-grid");
    const track = host.querySelector<HTMLElement>(".step-scrollbar");
    if (body === null || grid === null || track === null || this.#body === body) return;
    this.#grid = grid;
    this.#body = body;
    this.#pool = new RowPool(body);
    this.#scrollbar = new Scrollbar(track, (to) => this.scrollTo(to));
    this.#position = position;
    body.addEventListener("wheel", this.#wheel, { passive: false });
    this.#observer?.disconnect();
    this.#observer = new ResizeObserver(() => {
      this.#measure(body);
      this.paint();
    });
    this.#observer.observe(body);
    this.#measure(body);
  }

  detach(): void {
    this.#observer?.disconnect();
  }

  scrollTo(position: number): void {
    const next = clampPosition(this.#geometry(), position);
    if (next === this.#position) return;
    this.#position = next;
    this.paint();
    this.#port.scrolled(next);
  }

  /** A new order is read from its top. */
  toTop(): void {
    this.#position = 0;
  }

  /** Makes a row the active one, and where `isShown` brings it into view. */
  point(row: number, isShown: boolean): void {
    this.#activeRow = row;
    if (isShown) this.#position = reveal(this.#geometry(), this.#position, row);
  }

  paint(): void {
    const content = this.#port.content();
    if (this.#pool === undefined || content === null) return;
    this.#columns = content.columns;
    this.#grid?.style.setProperty("--step-columns", gridTemplate(content.columns));
    this.#grid?.style.setProperty("--step-width", `${leastWidth(content.columns)}px`);
    const geometry = this.#geometry(content);
    this.#position = clampPosition(geometry, this.#position);
    const window = windowAt(geometry, this.#position);
    this.pages.want(content.wanted, window);
    this.#pool.draw({
      window,
      rowHeight,
      version: content.version,
      columns: content.columns,
      context: content.context,
      read: (row) => this.pages.cache.row(row),
      selectedStep: content.selectedStep,
      marked: content.marked ?? none,
      activeRow: this.#activeRow,
      activeColumn: this.#activeColumn,
      fadeStale: this.pages.late && content.marksStale,
    });
    this.#scrollbar?.draw(geometry, this.#position);
    this.#pointAtActive(window.first, window.end);
  }

  /** Moves the active cell where the key does that; whether it did. */
  takeKey(key: string): boolean {
    if (key === "ArrowLeft" || key === "ArrowRight") {
      this.#moveColumn(key === "ArrowLeft" ? -1 : 1);
      return true;
    }
    const row = rowAfterKey(this.#geometry(), this.#activeRow, key);
    if (row === null) return false;
    this.#activeRow = row;
    this.scrollTo(reveal(this.#geometry(), this.#position, row));
    this.paint();
    this.#port.chosen(row);
    return true;
  }

  /** Makes the cell under a click the active one. */
  takeClick(target: Element): void {
    const cell = target.closest<HTMLElement>(".step-cell");
    const place = cell && this.placeOf(cell);
    if (!place) return;
    this.#activeRow = place.row;
    this.#activeColumn = place.column;
    this.paint();
    this.#port.chosen(place.row);
  }

  /** Row and column of a drawn cell. */
  placeOf(cell: HTMLElement): { readonly row: number; readonly column: number } | null {
    const row = cell.closest(".step-row")?.getAttribute("aria-rowindex");
    if (row === null || row === undefined) return null;
    return { row: Number(row) - 2, column: Number(cell.getAttribute("aria-colindex")) - 1 };
  }

  activeCell(): HTMLElement | null {
    return this.#grid?.querySelector<HTMLElement>(`#cell-${this.#activeRow}-${this.#activeColumn}`) ?? null;
  }

  #geometry(content = this.#port.content()): Geometry {
    return { rows: content?.rows ?? 0, rowHeight, viewport: this.#viewport };
  }

  #measure(body: HTMLElement): void {
    this.#viewport = body.clientHeight;
    this.#scrollbar?.measure();
  }

  #moveColumn(by: number): void {
    this.#activeColumn = Math.min(this.#columns.length - 1, Math.max(0, this.#activeColumn + by));
    this.paint();
    this.activeCell()?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #pointAtActive(first: number, end: number): void {
    const inView = this.#activeRow >= first && this.#activeRow < end;
    if (inView)
      this.#grid?.setAttribute("aria-activedescendant", `cell-${this.#activeRow}-${this.#activeColumn}`);
    else this.#grid?.removeAttribute("aria-activedescendant");
  }

  #wheel = (event: WheelEvent): void => {
    if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    const geometry = this.#geometry();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? rowHeight : 1;
    const next = clampPosition(geometry, this.#position + event.deltaY * unit);
    if (next === this.#position || extent(geometry) === 0) return;
    event.preventDefault();
    this.scrollTo(next);
  };
}
