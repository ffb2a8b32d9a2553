import { html, nothing, type TemplateResult } from "lit";
import { findingsOfUpdate } from "../selectors.ts";
import type { PanelState } from "../state.ts";
import { icons } from "./finding.ts";

/** What the trace's diagnosis found in the selected update, each with the way to its card. */
export function findingsHere(
  state: PanelState,
  turnTo: (finding: string) => void,
): TemplateResult | typeof nothing {
  const found = findingsOfUpdate(state);
  if (found.length === 0) return nothing;
  return html`<ul class="findings-here" aria-label="Findings of this update">
    ${found.map(
      ({ id, severity, title }) => html`<li data-severity=${severity}>
        <span class="codicon codicon-${icons[severity]}" aria-hidden="true"></span>
        <button class="link-button" @click=${() => turnTo(id)}>${title}</button></li>`,
    )}
  </ul>`;
}
