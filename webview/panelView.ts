import { html, nothing, type TemplateResult } from "lit";
import { Part } from "./part.ts";
import type { PanelState } from "./state.ts";

/** Whether an update has been asked for whose numbers are not here yet. */
function isOpening({ selected, update }: PanelState): boolean {
  return selected !== null && selected !== update?.update;
}

/** The page as a whole: which parts there are, in the order in which they are read. */
export class PanelView extends Part {
  static override properties = {
    ...Part.properties,
    nonce: { attribute: false },
  };
  declare nonce: string;

  protected override inputs(state: PanelState): readonly unknown[] {
    return [state.host === null, state.host?.run?.run, state.update === null, isOpening(state)];
  }

  protected override render(): TemplateResult {
    const { panel } = this;
    return html`
      <div class="panel">
        <pgi-run-header .panel=${panel}></pgi-run-header>
        <div class="busy-line" ?data-busy=${isOpening(this.state)} aria-hidden="true"></div>
        <pgi-state-banners .panel=${panel}></pgi-state-banners>
        ${this.state.host?.run === null || this.state.host === null ? html`<pgi-empty-state .panel=${panel}></pgi-empty-state>` : this.#parts()}
      </div>
    `;
  }

  #parts(): TemplateResult {
    const { panel, nonce } = this;
    const hasUpdate = this.state.update !== null;
    return html`
      <main class="parts">
        <section class="area-loss" aria-label="Loss">
          <pgi-loss-editor .panel=${panel} .nonce=${nonce}></pgi-loss-editor>
          <pgi-loss-sliders .panel=${panel}></pgi-loss-sliders>
          <pgi-verdict .panel=${panel}></pgi-verdict>
          <pgi-proof .panel=${panel}></pgi-proof>
        </section>
        <section class="area-curve" aria-label="Learning curve"><pgi-curve .panel=${panel}></pgi-curve></section>
        <section class="area-gradients" aria-label="Gradient by layer"><pgi-gradients .panel=${panel}></pgi-gradients></section>
        <section class="area-charts" aria-label="Charts over the steps"><pgi-step-charts .panel=${panel}></pgi-step-charts></section>
        <section class="area-steps" aria-label="Step table"><pgi-step-table .panel=${panel}></pgi-step-table></section>
        <section class="area-detail" aria-label="Selected step"><pgi-step-detail .panel=${panel}></pgi-step-detail></section>
        ${hasUpdate ? nothing : html`<p class="area-waiting quiet" role="status">Waiting for the first update…</p>`}
      </main>
    `;
  }
}
