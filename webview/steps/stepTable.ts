import { html, nothing, type TemplateResult } from "lit";
import { formatCount } from "../format.ts";
import { Part } from "../part.ts";
import { referenceOf } from "../resources.ts";
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
import { chosenColumns, type TableColumn, tableColumns } from "./layout.ts";
import { missingMenu } from "./missingMenu.ts";
import type { WantedPages } from "./pageLoader.ts";
import { recomputedNote } from "./recomputedNote.ts";
import { type GridContent, RowGrid } from "./rowGrid.ts";
import { sourceSwitch } from "./sourceSwitch.ts";
import { sumRow } from "./sumRow.ts";

/** The step table of the selected update, under the loss whose numbers are shown. */
export class StepTable extends Part {
  readonly #grid = new RowGrid({
    content: () => this.#content(),
    scrolled: (position) => {
      this.#tip?.hide();
      this.dispatch({ kind: "scroll", position });
    },
    chosen: (row) => void this.#selectRow(row),
  });
  #tip: CellTip | undefined;
  #columns: readonly TableColumn[] = [];
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
    this.#grid.detach();
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
            @keydown=${this.#key} @focus=${() => this.#grid.paint()}>
            ${headerRow(this.#columns, sort, (next) => this.dispatch({ kind: "sort", sort: next }))}
            <div class="step-body" role="rowgroup" @click=${(event: MouseEvent) => this.#grid.takeClick(event.target as Element)}
              @pointerover=${this.#over} @pointerleave=${() => this.#tip?.hide()}></div>
            ${sumRow(this.#columns, this.state, shownTerms(this.state))}
          </div>
        </div>
        <div class="step-scrollbar" aria-hidden="true"><div class="step-thumb"></div></div>
      </div>
    `;
  }

  protected override updated(): void {
    // Not before there is a table: the tip stands behind it, where drawing it for the first time would sweep it away.
    if (this.state.update === null) return;
    this.#tip ??= new CellTip(this, (step, column) => this.panel.session.explainCell(step, column));
    this.#grid.attach(this, this.state.scroll);
    this.#takeSort();
    this.#takeSelection();
    this.#grid.paint();
  }

  #content(): GridContent | null {
    const { update, extents, step, follow } = this.state;
    if (update === null) return null;
    const widths = Object.values(extents).map(({ largest, whole }) => `${largest}${whole}`);
    return {
      rows: update.steps,
      columns: this.#columns,
      version: `${sourceKey(this.state)} ${widths.join(" ")}`,
      context: { actionNames: update.actionNames, extents },
      selectedStep: step,
      marked: this.#marked(),
      marksStale: !follow,
      wanted: this.#wanted(update.steps),
    };
  }

  #wanted(rows: number): WantedPages {
    const { session } = this.panel;
    const columns = [...new Set([...this.#columns.flatMap(({ names }) => names), "action"])];
    const { sort: order } = this.state;
    const asked = { ...referenceOf(this.state), source: shownSource(this.state), columns };
    return {
      key: `${sourceKey(this.state)} ${order?.column} ${order?.descending} ${columns.join(",")}`,
      rows,
      load: (start, end) => session.rows({ ...asked, start, end, ...(order !== null && { order }) }),
    };
  }

  /** A new order is read from its top. */
  #takeSort(): void {
    const key = `${this.state.sort?.column} ${this.state.sort?.descending}`;
    if (this.#sortKey !== "" && key !== this.#sortKey) this.#grid.toTop();
    this.#sortKey = key;
  }

  /** Follows the selection where it was changed elsewhere; never moves under the reader otherwise. */
  #takeSelection(): void {
    const { row, step } = this.state;
    if (row === null || row.step !== step) return;
    this.#grid.point(row.row, this.#revealedStep !== null && this.#revealedStep !== step);
    this.#revealedStep = step;
  }

  /** The steps of this update that a finding names. */
  #marked(): ReadonlySet<number> {
    const { marks, update } = this.state;
    return marks !== null && marks.update === update?.update ? marks.steps : none;
  }

  #key = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    if (event.key === "c" && (event.ctrlKey || event.metaKey)) this.#copyActive();
    else if (event.key === "Enter" || event.key === " ") this.#explainActive();
    else if (event.key === "Escape") this.#tip?.hide();
    else if (!this.#grid.takeKey(event.key)) return;
    event.preventDefault();
  };

  /** Selects the step in a row, as soon as its page is here; a later wish replaces an earlier one. */
  async #selectRow(row: number): Promise<void> {
    const placed = await this.#grid.pages.arrival(row);
    if (placed === null || this.#grid.activeRow !== row) return;
    const step = placed.page.rows[placed.index]!;
    this.#revealedStep = step;
    this.dispatch({ kind: "step", step });
  }

  #over = (event: PointerEvent): void => {
    const cell = (event.target as Element).closest<HTMLElement>(".step-cell");
    if (cell !== null) this.#explain(cell, (event.target as HTMLElement).dataset.output, false);
  };

  #explainActive(): void {
    const cell = this.#grid.activeCell();
    if (cell !== null) this.#explain(cell, undefined, true);
  }

  #explain(cell: HTMLElement, output: string | undefined, atOnce: boolean): void {
    const place = this.#grid.placeOf(cell);
    const column = place && this.#columns[place.column];
    const placed = place && this.#grid.pages.cache.row(place.row);
    if (!column || !placed) return;
    const action = placed.page.columns.action?.[placed.index] ?? 0;
    const name =
      column.names[output === undefined ? Math.min(action, column.names.length - 1) : Number(output)];
    if (name !== undefined) this.#tip?.show(cell, placed.page.rows[placed.index]!, name, atOnce);
  }

  /** Copies the active cell with every digit that its number has. */
  #copyActive(): void {
    const placed = this.#grid.pages.cache.row(this.#grid.activeRow);
    const values = this.#grid.activeColumn?.names.map((name) => placed?.page.columns[name]?.[placed.index]);
    if (placed !== null && values !== undefined) void this.panel.session.copy(values.join("\t"));
  }
}

const none: ReadonlySet<number> = new Set();

/** Which finding the marked rows are of. */
function markedNote(marks: StepMarks | null, marked: ReadonlySet<number>): string {
  return marks === null || marked.size === 0 ? "" : ` · marked: the first steps of ${marks.finding}`;
}
