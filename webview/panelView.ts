import { html, type TemplateResult } from "lit";
import { Part } from "./part.ts";
import type { PanelState } from "./state.ts";
import { updateParts } from "./updateParts.ts";

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
    return html`<main class="parts">${updateParts(this.panel, this.nonce)}</main>`;
  }
}
