import { html, nothing, type TemplateResult } from "lit";
import type { RunSettings } from "../../src/protocol/views.ts";
import { Part } from "../part.ts";
import type { PanelState } from "../state.ts";
import { canChange } from "./availability.ts";
import { type SettingsDraft, settingsChange } from "./settingsDraft.ts";

interface ValueElement extends HTMLElement {
  readonly value: string;
}

/** Discount, optimiser and learning rate of the run, and the button that hands changes to the trainer. */
export class SettingsFields extends Part {
  #draft: SettingsDraft = {};

  protected override inputs(state: PanelState): readonly unknown[] {
    return [state.host, state.progress?.state];
  }

  protected override render(): TemplateResult | typeof nothing {
    const settings = this.state.host?.run?.settings;
    if (settings === undefined) return nothing;
    const blocked = !canChange({ host: this.state.host, training: this.state.progress?.state ?? null });
    const change = settingsChange(this.#draft, settings);
    return html`
      <div class="settings-fields" role="group" aria-label="Settings of the run">
        ${this.#number("gamma", "γ", "discount γ", settings.gamma, blocked)}
        <label class="field"><span class="visually-hidden">optimiser</span>
          <vscode-single-select label="optimiser" ?disabled=${blocked} .value=${this.#draft.optimiser ?? settings.optimiser}
            @change=${(event: Event) => this.#set("optimiser", typedValue(event))}>
            <vscode-option value="adam">Adam</vscode-option>
            <vscode-option value="sgd">SGD</vscode-option>
          </vscode-single-select>
        </label>
        ${this.#number("learningRate", "α", "learning rate α", settings.learningRate, blocked)}
        ${
          change.ok
            ? html`<vscode-button secondary ?disabled=${blocked || Object.keys(change.settings).length === 0}
                @click=${() => this.#apply(change.settings)}>Set</vscode-button>`
            : html`<span class="notice" role="alert">${change.message}</span>`
        }
      </div>
    `;
  }

  #number(
    name: "gamma" | "learningRate",
    symbol: string,
    label: string,
    value: number,
    blocked: boolean,
  ): TemplateResult {
    return html`
      <label class="field"><span>${symbol}</span>
        <vscode-textfield label=${label} title=${label} ?disabled=${blocked} .value=${this.#draft[name] ?? String(value)}
          @input=${(event: Event) => this.#set(name, typedValue(event))}></vscode-textfield>
      </label>
    `;
  }

  #set(name: keyof SettingsDraft, value: string): void {
    this.#draft = { ...this.#draft, [name]: value };
    this.requestUpdate();
  }

  #apply(settings: Partial<RunSettings>): void {
    void this.panel.session.applySettings(settings);
    this.#draft = {};
  }
}

function typedValue(event: Event): string {
  return (event.currentTarget as ValueElement).value;
}
