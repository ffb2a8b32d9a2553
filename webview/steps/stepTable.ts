import { html, nothing, type TemplateResult } from "lit";
import { formatCount } from "../format.ts";
import { Part } from "../part.ts";
import {
  hasErrors,
  ownWord,
  shownColumns,
  shownSource,
  shownTerms,
  sourceKey,
  updateName,
} from "../selectors.ts";
import type { PanelState, StepMarks } from "../state.ts";
import { CellTip } from "./cellTip.ts";
import { columnMenu } from "./columnMenu.ts";
import { exportMenu } from "./exportMenu.ts";
import { headerRow } from "./header.ts";
import { chosenColumns, gridTemplate, leastWidth, type TableColumn, tableColumns } from "./layout.ts";
import { missingMenu } from "./missingMenu.ts";
import { PageLoader } from "./pageLoader.ts";
import { RowPool } from "./rowPool.ts";
import { Scrollbar } from "./scrollbar.ts";
import { clampPosition, extent, type Geometry, reveal, rowAfterKey, windowAt } from "./scroller.ts";
import { sourceSwitch } from "./sourceSwitch.ts";
import { sumRow } from "./sumRow.ts";

export const rowHeight = 22;

/** The step table: up to a million rows, of which only those in view exist. */
export class StepTable extends Part {
  #body: HTMLElement | undefined;
  #pool: RowPool | undefined;
  #scrollbar: Scrollbar | undefined;
  #tip: CellTip | undefined;
  #observer: ResizeObserver | undefined;
  #columns: readonly TableColumn[] = [];
  readonly #pages = new PageLoader(() => this.#paint());
  #viewport = 0;
  #position = 0;
  #activeRow = 0;
  #activeColumn = 0;
  #revealedStep: number | null = null;
  #sortKey = "";

  protected override inputs(state: PanelState): readonly unknown[] {
    return [
      state.update,
      state.evaluation,
      state.draft,
      state.check,
      state.source,
      state.sort,
      state.columns,
      state.step,
      state.row,
      state.extents,
      state.marks,
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    this.#tip?.hide();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { update, sort } = this.state;
    if (update === null) return nothing;
    const all = tableColumns(shownColumns(this.state));
    this.#columns = chosenColumns(all, this.state.columns, update.episodes);
    const by = this.#columns.find((column) => column.names.includes(sort?.column ?? ""));
    const source = shownSource(this.state);
    return html`
      <div class="section-head">
        <h2>${formatCount(update.steps)} steps${by === undefined ? "" : `, by ${by.label}`}</h2>
        ${sourceSwitch(this.state, (wanted) => this.dispatch({ kind: "source", source: wanted }))}
        <span class="section-note">${update.instead ?? recomputedNote[update.recomputed]}${markedNote(this.state.marks, this.#marked())}</span>
        ${update.trace === undefined ? exportMenu((command) => void this.panel.session.command(command)) : missingMenu(update.trace)}
        ${columnMenu(all, this.#columns, (columns) => this.dispatch({ kind: "columns", columns }))}
      </div>
      <div class="step-table" ?data-stale=${source !== "trainer" && hasErrors(this.state)}>
        <div class="step-scroll">
          <div class="step-grid" role="grid" tabindex="0" aria-label="Steps of update ${updateName(update)}, ${source === "trainer" ? ownWord(this.state) : source}"
            aria-rowcount=${update.steps + 2} aria-colcount=${this.#columns.length}
            @keydown=${this.#key} @focus=${() => this.#paint()}>
            ${headerRow(this.#columns, sort, (next) => this.dispatch({ kind: "sort", sort: next }))}
            <div class="step-body" role="rowgroup" @click=${this.#click}
              @pointerover=${this.#over} @pointerleave=${() => this.#tip?.hide()}></div>
            ${sumRow(this.#columns, this.state, shownTerms(this.state))}
          </div>
        </div>
        <div class="step-scrollbar" aria-hidden="true"><div class="step-thumb"></div></div>
      </div>
    `;
  }

  protected override updated(): void {
    const body = this.querySelector<HTMLElement>(".step-body");
    if (body === null) return;
    this.#prepare(body);
    const grid = this.querySelector<HTMLElement>(".step-grid")!;
    grid.style.setProperty("--step-columns", gridTemplate(this.#columns));
    grid.style.setProperty("--step-width", `${leastWidth(this.#columns)}px`);
    this.#takeSort();
    this.#takeSelection();
    this.#paint();
  }

  /** What needs the drawn body, made once. */
  #prepare(body: HTMLElement): void {
    if (this.#body === body) return;
    this.#body = body;
    this.#observer?.disconnect();
    this.#pool = new RowPool(body);
    this.#tip ??= new CellTip(this, (step, column) => this.panel.session.explainCell(step, column));
    const track = this.querySelector<HTMLElement>(".step-scrollbar")!;
    this.#scrollbar = new Scrollbar(track, (position) => this.#scrollTo(position));
    this.#position = this.state.scroll;
    body.addEventListener("wheel", this.#wheel, { passive: false });
    this.#observer = new ResizeObserver(() => {
      this.#measure(body);
      this.#paint();
    });
    this.#observer.observe(body);
    this.#measure(body);
  }

  #measure(body: HTMLElement): void {
    this.#viewport = body.clientHeight;
    this.#scrollbar?.measure();
  }

  get #geometry(): Geometry {
    return { rows: this.state.update?.steps ?? 0, rowHeight, viewport: this.#viewport };
  }

  /** A new order is read from its top. */
  #takeSort(): void {
    const key = `${this.state.sort?.column} ${this.state.sort?.descending}`;
    if (this.#sortKey !== "" && key !== this.#sortKey) this.#position = 0;
    this.#sortKey = key;
  }

  /** Follows the selection where it was changed elsewhere; never moves under the reader otherwise. */
  #takeSelection(): void {
    const { row, step } = this.state;
    if (row === null || row.step !== step) return;
    this.#activeRow = row.row;
    if (this.#revealedStep !== null && this.#revealedStep !== step) {
      this.#position = reveal(this.#geometry, this.#position, row.row);
    }
    this.#revealedStep = step;
  }

  #scrollTo(position: number): void {
    const next = clampPosition(this.#geometry, position);
    if (next === this.#position) return;
    this.#position = next;
    this.#tip?.hide();
    this.#paint();
    this.dispatch({ kind: "scroll", position: next });
  }

  #paint(): void {
    const { update } = this.state;
    if (this.#pool === undefined || update === null) return;
    const geometry = this.#geometry;
    this.#position = clampPosition(geometry, this.#position);
    const window = windowAt(geometry, this.#position);
    this.#pages.want(this.panel, this.#columns, window);
    this.#pool.draw({
      window,
      rowHeight,
      version: this.#version(),
      columns: this.#columns,
      context: this.#context(),
      read: (row) => this.#pages.cache.row(row),
      selectedStep: this.state.step,
      marked: this.#marked(),
      activeRow: this.#activeRow,
      activeColumn: this.#activeColumn,
      fadeStale: this.#pages.late && !this.state.follow,
    });
    this.#scrollbar?.draw(geometry, this.#position);
    this.#pointAtActive(window.first, window.end);
  }

  /** The steps of this update that a finding names. */
  #marked(): ReadonlySet<number> {
    const { marks, update } = this.state;
    return marks !== null && marks.update === update?.update ? marks.steps : none;
  }

  /** Rows are written anew when the numbers or their format change. */
  #version(): string {
    const extents = Object.values(this.state.extents).map(({ largest, whole }) => `${largest}${whole}`);
    return `${sourceKey(this.state)} ${extents.join(" ")}`;
  }

  #context() {
    return {
      actionNames: this.state.update?.actionNames ?? [],
      extents: this.state.extents,
    };
  }

  #pointAtActive(first: number, end: number): void {
    const grid = this.querySelector(".step-grid");
    const inView = this.#activeRow >= first && this.#activeRow < end;
    if (inView) grid?.setAttribute("aria-activedescendant", `cell-${this.#activeRow}-${this.#activeColumn}`);
    else grid?.removeAttribute("aria-activedescendant");
  }

  #wheel = (event: WheelEvent): void => {
    if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? rowHeight : 1;
    const next = clampPosition(this.#geometry, this.#position + event.deltaY * unit);
    if (next === this.#position || extent(this.#geometry) === 0) return;
    event.preventDefault();
    this.#scrollTo(next);
  };

  #key = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    if (event.key === "c" && (event.ctrlKey || event.metaKey)) this.#copyActive();
    else if (event.key === "Enter" || event.key === " ") this.#explainActive();
    else if (event.key === "Escape") this.#tip?.hide();
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight")
      this.#moveColumn(event.key === "ArrowLeft" ? -1 : 1);
    else if (!this.#moveRow(event.key)) return;
    event.preventDefault();
  };

  #moveColumn(by: number): void {
    this.#activeColumn = Math.min(this.#columns.length - 1, Math.max(0, this.#activeColumn + by));
    this.#paint();
    this.#activeCell()?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #moveRow(key: string): boolean {
    const row = rowAfterKey(this.#geometry, this.#activeRow, key);
    if (row === null) return false;
    this.#activeRow = row;
    this.#scrollTo(reveal(this.#geometry, this.#position, row));
    this.#paint();
    void this.#selectRow(row);
    return true;
  }

  /** Selects the step in a row, as soon as its page is here; a later wish replaces an earlier one. */
  async #selectRow(row: number): Promise<void> {
    const placed = await this.#pages.arrival(row);
    if (placed === null || this.#activeRow !== row) return;
    const step = placed.page.rows[placed.index]!;
    this.#revealedStep = step;
    this.dispatch({ kind: "step", step });
  }

  #click = (event: MouseEvent): void => {
    const cell = (event.target as Element).closest<HTMLElement>(".step-cell");
    const row = cell?.closest(".step-row")?.getAttribute("aria-rowindex");
    if (cell === null || row === null || row === undefined) return;
    this.#activeRow = Number(row) - 2;
    this.#activeColumn = Number(cell.getAttribute("aria-colindex")) - 1;
    this.#paint();
    void this.#selectRow(this.#activeRow);
  };

  #over = (event: PointerEvent): void => {
    const cell = (event.target as Element).closest<HTMLElement>(".step-cell");
    if (cell !== null) this.#explain(cell, (event.target as HTMLElement).dataset.output, false);
  };

  #explainActive(): void {
    const cell = this.#activeCell();
    if (cell !== null) this.#explain(cell, undefined, true);
  }

  #explain(cell: HTMLElement, output: string | undefined, atOnce: boolean): void {
    const column = this.#columns[Number(cell.getAttribute("aria-colindex")) - 1];
    const placed = this.#pages.cache.row(Number(cell.parentElement?.getAttribute("aria-rowindex")) - 2);
    if (column === undefined || placed === null) return;
    const action = placed.page.columns.action?.[placed.index] ?? 0;
    const name =
      column.names[output === undefined ? Math.min(action, column.names.length - 1) : Number(output)];
    if (name !== undefined) this.#tip?.show(cell, placed.page.rows[placed.index]!, name, atOnce);
  }

  /** Copies the active cell with every digit that its number has. */
  #copyActive(): void {
    const placed = this.#pages.cache.row(this.#activeRow);
    const values = this.#columns[this.#activeColumn]?.names.map(
      (name) => placed?.page.columns[name]?.[placed.index],
    );
    if (placed !== null && values !== undefined) void this.panel.session.copy(values.join("\t"));
  }

  #activeCell(): HTMLElement | null {
    return this.querySelector<HTMLElement>(`#cell-${this.#activeRow}-${this.#activeColumn}`);
  }
}

const none: ReadonlySet<number> = new Set();

/** Which finding the marked rows are of. */
function markedNote(marks: StepMarks | null, marked: ReadonlySet<number>): string {
  return marks === null || marked.size === 0 ? "" : ` · marked: the first steps of ${marks.finding}`;
}

const recomputedNote = {
  live: "as the trainer has it now",
  kept: "from the kept batch",
  replayed: "replayed from the checkpoint before it",
  recorded: "as the trace recorded it",
} as const;
