import { html, nothing, type TemplateResult } from "lit";
import type { ParityView, PhaseMilliseconds, RunView } from "../../src/protocol/views.ts";
import { placeMenu } from "../menu.ts";
import { Part } from "../part.ts";
import { shownRun } from "../selectors.ts";
import type { PanelState } from "../state.ts";
import { formatTime } from "./formatTime.ts";

/** Which backend trains, and on demand why, on what, how long each part of an update takes, and how close it is to kernels. */
export class BackendCard extends Part {
  #parity: ParityView | "asked" | null = null;

  protected override inputs(state: PanelState): readonly unknown[] {
    return [state.host?.run, state.progress?.phases, state.update?.update];
  }

  protected override render(): TemplateResult | typeof nothing {
    const run = shownRun(this.state);
    if (!run) return nothing;
    const { name, device, reason } = run.backend;
    return html`
      <button class="text-button quiet backend-name" popovertarget="backend-card" aria-haspopup="dialog" title=${`${device}: ${reason}`}>
        <span class="visually-hidden">backend </span>${name}
      </button>
      <div id="backend-card" class="menu backend-card" popover @beforetoggle=${placeMenu} role="dialog"
        aria-label="Backend">
        ${this.#about(run)}
        ${phaseTable(this.state.progress?.phases)}
        ${this.#comparison()}
      </div>
    `;
  }

  #about({ backend: { name, device, reason } }: RunView): TemplateResult {
    return html`<p><b>${name}</b> on ${device}</p><p class="quiet">${reason}</p>`;
  }

  #comparison(): TemplateResult | typeof nothing {
    const { update } = this.state;
    if (update === null) return nothing;
    const parity = this.#parity;
    const isAsked = parity === "asked";
    const shown = parity !== null && parity !== "asked" && parity.update === update.update ? parity : null;
    return html`
      <button class="text-button" ?disabled=${isAsked} @click=${() => void this.#compare()}>
        ${isAsked ? "Comparing…" : `Compare backends on update ${update.update}`}
      </button>
      <div role="status">${shown === null ? nothing : parityTable(shown)}</div>
    `;
  }

  async #compare(): Promise<void> {
    this.#parity = "asked";
    this.requestUpdate();
    this.#parity = await this.panel.session.parity();
    this.requestUpdate();
  }
}

/** The parts of an update with their share of it as a bar. */
function phaseTable(phases: PhaseMilliseconds | undefined): TemplateResult | typeof nothing {
  if (phases === undefined) return nothing;
  const entries = Object.entries(phases);
  const whole = entries.reduce((sum, [, milliseconds]) => sum + milliseconds, 0);
  return html`
    <table class="backend-table">
      <caption>${formatTime(whole)} an update</caption>
      ${entries.map(
        ([phase, milliseconds]) => html`
          <tr>
            <th scope="row">${phase}</th>
            <td class="number">${formatTime(milliseconds)}</td>
            <td class="share" aria-hidden="true"><meter class="phase-share" min="0" .max=${whole || 1} .value=${milliseconds}></meter></td>
          </tr>
        `,
      )}
    </table>
  `;
}

function parityTable({ rows, kernels, trouble }: ParityView): TemplateResult {
  return html`
    ${
      rows.length === 0
        ? html`<p class="quiet">There is no other backend here. Install one with the command Install TensorFlow Runtime.</p>`
        : html`
          <table class="backend-table">
            <caption>Difference to kernels (${formatTime(kernels)})</caption>
            <tr><td></td><th scope="col">∇L</th><th scope="col">‖gₜ‖</th><th scope="col">gₜ·g</th><th scope="col">time</th></tr>
            ${rows.map(
              (row) => html`
                <tr title=${`${row.device}, ${row.precision}`}>
                  <th scope="row">${row.backend}</th>
                  ${[row.gradient, row.stepNorms, row.projections].map(
                    (difference) => html`<td class="number">${formatDifference(difference)}</td>`,
                  )}
                  <td class="number">${formatTime(row.milliseconds)}</td>
                </tr>
              `,
            )}
          </table>
        `
    }
    ${trouble.map((line) => html`<p class="notice">${line}</p>`)}
  `;
}

function formatDifference(difference: number): string {
  return difference === 0 ? "0" : difference.toExponential(1).replace("e-", "e−");
}
