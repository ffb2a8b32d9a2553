import { html, nothing, type TemplateResult } from "lit";
import type { Panel } from "./part.ts";
import { isOfTrace } from "./selectors.ts";

/**
 * The parts that show an update, in the order in which they are read: of a run and of a trace alike; `more` stands below the
 * verdict.
 */
export function updateParts(
  panel: Panel,
  nonce: string,
  more: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  const { state } = panel.store;
  return html`
      <section class="area-loss" aria-label="Loss">
        <pgi-loss-editor .panel=${panel} .nonce=${nonce}></pgi-loss-editor>
        <pgi-loss-sliders .panel=${panel}></pgi-loss-sliders>
        <pgi-verdict .panel=${panel}></pgi-verdict>
        ${more}
        ${isOfTrace(state) ? nothing : html`<pgi-proof .panel=${panel}></pgi-proof>`}
      </section>
      <section class="area-curve" aria-label="Learning curve"><pgi-curve .panel=${panel}></pgi-curve></section>
      <section class="area-gradients" aria-label="Gradient by layer"><pgi-gradients .panel=${panel}></pgi-gradients></section>
      <section class="area-charts" aria-label="Charts over the steps"><pgi-step-charts .panel=${panel}></pgi-step-charts></section>
      <section class="area-steps" aria-label="Step table"><pgi-step-table .panel=${panel}></pgi-step-table></section>
      <section class="area-detail" aria-label="Selected step"><pgi-step-detail .panel=${panel}></pgi-step-detail></section>
      ${state.update === null ? html`<p class="area-waiting quiet" role="status">Waiting for the first update…</p>` : nothing}
  `;
}
