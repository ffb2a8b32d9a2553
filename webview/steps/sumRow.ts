import { html, nothing, type TemplateResult } from "lit";
import type { TermView } from "../../src/protocol/views.ts";
import { formatCount, formatFixed, formatNumber } from "../format.ts";
import { shownLoss, shownSource } from "../selectors.ts";
import type { PanelState } from "../state.ts";
import type { TableColumn } from "./layout.ts";

/** The last row: each term of the loss summed over the steps, and that these make up the loss. */
export function sumRow(
  columns: readonly TableColumn[],
  state: PanelState,
  terms: readonly TermView[],
): TemplateResult | typeof nothing {
  const loss = shownLoss(state);
  if (loss === null || state.update === null) return nothing;
  const sums = new Map(terms.map((term) => [term.column, term]));
  const firstTerm = columns.findIndex((column) => sums.has(column.key));
  const labelled = firstTerm < 0 ? columns.length : Math.max(1, firstTerm);
  return html`
    <div class="step-foot" role="rowgroup">
      <div class="step-row" role="row" aria-rowindex=${state.update.steps + 2}>
        <div class="step-cell sum-label" role="gridcell" aria-colindex="1" aria-colspan=${labelled}
          .style=${`grid-column: 1 / span ${labelled}`}><span>${sumLabel(state, terms)}</span></div>
        ${columns.slice(labelled).map((column, i) => sumCell(column, labelled + i, sums, shownSource(state) === "difference"))}
      </div>
    </div>
  `;
}

function sumCell(
  column: TableColumn,
  index: number,
  sums: ReadonlyMap<string, TermView>,
  difference: boolean,
): TemplateResult {
  const term = sums.get(column.key);
  const share = column.key === "share" ? (difference ? "0 %" : "100 %") : "";
  return html`<div class="step-cell kind-${column.kind}" role="gridcell" aria-colindex=${index + 1}
    title=${term?.text ?? nothing}>${term === undefined ? share : formatFixed(term.sum, 3)}</div>`;
}

function sumLabel(state: PanelState, terms: readonly TermView[]): string {
  const loss = shownLoss(state);
  if (loss === null) return "";
  if (loss.notSeparable !== null) return `loss ${formatNumber(loss.value, 7)} · ${loss.notSeparable}`;
  const over = `Σ over ${formatCount(state.update?.steps ?? 0)} steps`;
  if (shownSource(state) === "difference") return `${over}, edited − trainer`;
  const hasRest = loss.rest !== null && loss.rest !== 0;
  const rest = hasRest ? ` + ${formatNumber(loss.rest ?? 0, 6)} beside the steps` : "";
  if (terms.length === 1 && !hasRest) return `${over} = loss`;
  return `${over}${rest} = loss ${formatNumber(loss.value, 7)}`;
}
