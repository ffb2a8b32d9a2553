import { barLengths, barsInWords, type CellContext, cellText } from "./cells.ts";
import type { TableColumn } from "./layout.ts";
import type { PlacedRow } from "./pages.ts";
import type { RowWindow } from "./scroller.ts";

/** What the pool draws. A change of `version` means that every row must be written anew. */
export interface RowsToDraw {
  readonly window: RowWindow;
  readonly rowHeight: number;
  readonly version: string;
  readonly columns: readonly TableColumn[];
  readonly context: CellContext;
  readonly read: (row: number) => PlacedRow | null;
  readonly selectedStep: number | null;
  /** Steps that are set off from the others. */
  readonly marked: ReadonlySet<number>;
  readonly activeRow: number;
  readonly activeColumn: number;
  /** Whether stand-ins are marked as such. */
  readonly fadeStale: boolean;
}

interface PooledRow {
  readonly element: HTMLElement;
  readonly cells: readonly HTMLElement[];
  row: number;
  /** Pixels from the anchor on the sheet. */
  place: number;
  placed: PlacedRow | null;
  version: string;
  active: number;
}

/** Most output bars that stand one under the other in a row. */
export const barsInRow = 12;

/** Rows from the anchor within which places are counted; further off, pixels would lose precision. */
const anchorReach = 10_000;

/**
 * A few row elements that are moved and rewritten as the table scrolls. A row keeps its element and its
 * place on a sheet while it stays in view: scrolling moves the sheet, and touches only the rows that come in.
 */
export class RowPool {
  readonly #sheet: HTMLElement;
  readonly #rows: PooledRow[] = [];
  #shape = "";
  #anchor = 0;

  constructor(body: HTMLElement) {
    this.#sheet = document.createElement("div");
    this.#sheet.className = "step-sheet";
    this.#sheet.setAttribute("role", "presentation");
    body.replaceChildren(this.#sheet);
  }

  draw(drawn: RowsToDraw): void {
    this.#reshape(drawn);
    const { first, end, offset } = drawn.window;
    if (Math.abs(first - this.#anchor) > anchorReach) this.#anchor = first;
    const top = offset - (first - this.#anchor) * drawn.rowHeight;
    this.#sheet.style.transform = `translateY(${top}px)`;
    for (const pooled of this.#rows) {
      const row = first + mod(pooled.row - first, this.#rows.length);
      this.#place(pooled, row, drawn);
      if (row >= end) continue;
      this.#write(pooled, row, drawn);
      this.#mark(pooled, drawn);
    }
  }

  /** Makes as many rows as the window can hold, and all anew when the columns change. */
  #reshape({ window, columns, rowHeight }: RowsToDraw): void {
    const shape = columns.map((column) => `${column.key}:${column.names.length}`).join("|");
    const needed = window.end - window.first + 1;
    if (shape !== this.#shape) {
      this.#sheet.replaceChildren();
      this.#rows.length = 0;
      this.#shape = shape;
    }
    if (this.#rows.length >= needed && this.#rows.length < 2 * needed + 16) return;
    this.#sheet.replaceChildren();
    this.#rows.length = 0;
    for (let i = 0; i < needed + 1; i++) this.#rows.push(this.#make(columns, i, rowHeight));
  }

  #make(columns: readonly TableColumn[], row: number, rowHeight: number): PooledRow {
    const element = document.createElement("div");
    element.className = "step-row";
    element.setAttribute("role", "row");
    element.style.height = `${rowHeight}px`;
    const cells = columns.map((column, index) => makeCell(column, index));
    element.append(...cells);
    this.#sheet.append(element);
    return { element, cells, row, place: Number.NaN, placed: null, version: "", active: -1 };
  }

  #place(pooled: PooledRow, row: number, { window, rowHeight }: RowsToDraw): void {
    const hidden = row >= window.end;
    if (pooled.element.hidden !== hidden) pooled.element.hidden = hidden;
    const place = (row - this.#anchor) * rowHeight;
    if (place === pooled.place) return;
    pooled.place = place;
    pooled.element.style.transform = `translateY(${place}px)`;
  }

  #write(pooled: PooledRow, row: number, drawn: RowsToDraw): void {
    const placed = drawn.read(row);
    const same =
      pooled.row === row &&
      pooled.version === drawn.version &&
      pooled.placed?.page === placed?.page &&
      pooled.placed?.index === placed?.index;
    pooled.element.toggleAttribute("data-stale", drawn.fadeStale && placed?.stale === true);
    if (same) return;
    Object.assign(pooled, { row, placed, version: drawn.version });
    pooled.element.setAttribute("aria-rowindex", String(row + 2));
    pooled.element.toggleAttribute("data-loading", placed === null);
    for (const [index, column] of drawn.columns.entries()) {
      writeCell(pooled.cells[index]!, column, placed, row, index, drawn.context);
    }
  }

  #mark(pooled: PooledRow, { selectedStep, marked, activeRow, activeColumn }: RowsToDraw): void {
    const { placed, element } = pooled;
    const step = placed === null ? undefined : placed.page.rows[placed.index];
    const selected = step !== undefined && step === selectedStep;
    if (element.getAttribute("aria-selected") !== String(selected)) {
      element.setAttribute("aria-selected", String(selected));
    }
    element.toggleAttribute("data-marked", step !== undefined && marked.has(step));
    const active = pooled.row === activeRow ? activeColumn : -1;
    if (active === pooled.active) return;
    pooled.cells[pooled.active]?.removeAttribute("data-active");
    pooled.cells[active]?.setAttribute("data-active", "");
    pooled.active = active;
  }
}

function makeCell(column: TableColumn, index: number): HTMLElement {
  const cell = document.createElement("div");
  cell.className = `step-cell kind-${column.kind}`;
  cell.setAttribute("role", "gridcell");
  cell.setAttribute("aria-colindex", String(index + 1));
  if (column.kind !== "bars") return cell;
  cell.append(...column.names.slice(0, barsInRow).map((_name, k) => makeBar(k)));
  return cell;
}

function makeBar(output: number): HTMLElement {
  const bar = document.createElement("i");
  bar.className = `bar output-${output % 6}`;
  bar.dataset.output = String(output);
  return bar;
}

function writeCell(
  cell: HTMLElement,
  column: TableColumn,
  placed: PlacedRow | null,
  row: number,
  index: number,
  context: CellContext,
): void {
  cell.id = `cell-${row}-${index}`;
  if (column.kind !== "bars") {
    cell.textContent = placed === null ? "·" : cellText(column, placed, context);
    return;
  }
  const lengths = placed === null ? [] : barLengths(column, placed, context);
  cell.setAttribute("aria-label", placed === null ? "loading" : barsInWords(column, placed));
  for (const [k, bar] of ([...cell.children] as HTMLElement[]).entries()) {
    bar.style.transform = `scaleX(${lengths[k] ?? 0})`;
  }
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
