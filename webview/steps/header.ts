import { html, nothing, type TemplateResult } from "lit";
import type { SortOrder } from "../../src/protocol/engine.ts";
import type { TableColumn } from "./layout.ts";
import { barsInRow } from "./rowPool.ts";

/** The order after a click on a column: largest first, then smallest first, then the trainer's own. */
export function nextSort(sort: SortOrder | null, column: string): SortOrder | null {
  if (sort?.column !== column) return { column, descending: true };
  return sort.descending ? { column, descending: false } : null;
}

/** The table's head; every name sorts, and a group of bars sorts by each of its outputs. */
export function headerRow(
  columns: readonly TableColumn[],
  sort: SortOrder | null,
  onSort: (sort: SortOrder | null) => void,
): TemplateResult {
  return html`
    <div class="step-head" role="rowgroup">
      <div class="step-row" role="row" aria-rowindex="1">${columns.map((column, index) => headerCell(column, index, sort, onSort))}</div>
    </div>
  `;
}

function headerCell(
  column: TableColumn,
  index: number,
  sort: SortOrder | null,
  onSort: (sort: SortOrder | null) => void,
): TemplateResult {
  const sorted = sort !== null && column.names.includes(sort.column);
  const direction = !sorted ? "none" : sort.descending ? "descending" : "ascending";
  return html`
    <div class="step-cell kind-${column.kind}" role="columnheader" aria-colindex=${index + 1} aria-sort=${direction} title=${column.description}>
      ${
        column.kind === "bars"
          ? html`<span class="group-label">${column.label}</span>${column.names
              .slice(0, barsInRow)
              .map((name, k) => sortButton(name, column.parts[k]!, sort, onSort, k))}`
          : sortButton(column.names[0]!, column.label, sort, onSort)
      }
    </div>
  `;
}

function sortButton(
  name: string,
  label: string,
  sort: SortOrder | null,
  onSort: (sort: SortOrder | null) => void,
  output?: number,
): TemplateResult {
  const arrow =
    sort?.column === name
      ? html`<span class="sort-arrow" aria-hidden="true">${sort.descending ? "▾" : "▴"}</span>`
      : nothing;
  const swatch =
    output === undefined ? nothing : html`<i class="swatch output-${output % 6}" aria-hidden="true"></i>`;
  return html`<button class="sort-button" data-column=${name} @click=${() => onSort(nextSort(sort, name))}>${swatch}${label}${arrow}</button>`;
}
