import { html, LitElement, nothing, type TemplateResult } from "lit";
import { extentsOf } from "../../resources.ts";
import { headerRow } from "../../steps/header.ts";
import { chosenColumns, type TableColumn, tableColumns } from "../../steps/layout.ts";
import { type GridContent, RowGrid } from "../../steps/rowGrid.ts";
import type { ComparisonSession, ComparisonStore } from "../session.ts";
import type { ComparisonState, ShownPair } from "../state.ts";

/** The steps of the batch with what A and B make of each: the step table over a pair of losses. */
export class PairTable extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: ComparisonState;
  declare store: ComparisonStore;
  declare session: ComparisonSession;
  readonly #grid = new RowGrid({
    content: () => this.#content(),
    scrolled: () => {},
    chosen: (row) => void this.#selectRow(row),
  });
  #columns: readonly TableColumn[] = [];
  #sortKey = "";

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#grid.detach();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { shown } = this.state;
    if (shown === null) return nothing;
    const { columns, steps, episodes, update } = shown.view;
    this.#columns = chosenColumns(tableColumns(columns), null, episodes);
    return html`
      <div class="step-table">
        <div class="step-scroll">
          <div class="step-grid" role="grid" tabindex="0" aria-label="Steps of update ${update} under both losses"
            aria-rowcount=${steps + 1} aria-colcount=${this.#columns.length}
            @keydown=${this.#key} @focus=${() => this.#grid.paint()}>
            ${headerRow(this.#columns, this.#sort(shown), (sort) => this.store.dispatch({ kind: "sort", sort }))}
            <div class="step-body" role="rowgroup" @click=${(event: MouseEvent) => this.#grid.takeClick(event.target as Element)}></div>
          </div>
        </div>
        <div class="step-scrollbar" aria-hidden="true"><div class="step-thumb"></div></div>
      </div>
    `;
  }

  protected override updated(): void {
    const { shown } = this.state;
    if (shown === null) return;
    this.#grid.attach(this, 0);
    const key = JSON.stringify([this.#sort(shown), shown.request]);
    if (key !== this.#sortKey) this.#grid.toTop();
    this.#sortKey = key;
    this.#grid.paint();
  }

  /** The wanted order where there is such a column; a loss that cannot be evaluated has none. */
  #sort({ view }: ShownPair): ComparisonState["sort"] {
    const { sort } = this.state;
    return view.columns.some(({ name }) => name === sort?.column) ? sort : null;
  }

  #content(): GridContent | null {
    const { shown, series, step } = this.state;
    if (shown === null) return null;
    const { request, view } = shown;
    const columns = [...new Set([...this.#columns.flatMap(({ names }) => names), "action"])];
    const order = this.#sort(shown);
    const key = JSON.stringify([request, columns, order]);
    return {
      rows: view.steps,
      columns: this.#columns,
      version: `${key} ${series === null}`,
      context: { actionNames: view.actionNames, extents: series === null ? {} : extentsOf(series) },
      selectedStep: step,
      marksStale: true,
      wanted: {
        key,
        rows: view.steps,
        load: (start, end) =>
          this.session.rows(request, { columns, start, end, ...(order !== null && { order }) }),
      },
    };
  }

  #key = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    if (event.key === "c" && (event.ctrlKey || event.metaKey)) this.#copyActive();
    else if (!this.#grid.takeKey(event.key)) return;
    event.preventDefault();
  };

  async #selectRow(row: number): Promise<void> {
    const placed = await this.#grid.pages.arrival(row);
    if (placed === null || this.#grid.activeRow !== row) return;
    this.store.dispatch({ kind: "step", step: placed.page.rows[placed.index]! });
  }

  /** Copies the active cell with every digit that its number has. */
  #copyActive(): void {
    const placed = this.#grid.pages.cache.row(this.#grid.activeRow);
    const name = this.#grid.activeColumn?.names[0];
    const value = name === undefined ? undefined : placed?.page.columns[name]?.[placed.index];
    if (value !== undefined) this.session.copy(String(value));
  }
}
