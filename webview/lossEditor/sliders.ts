import { html, type TemplateResult } from "lit";
import type { BareNumberView } from "../../src/protocol/views.ts";
import { formatNumber } from "../format.ts";
import { Part } from "../part.ts";
import { editorText } from "../selectors.ts";
import type { PanelState } from "../state.ts";
import { keptRange, replaceNumber, type SliderRange, sliderText } from "./sliderMath.ts";

/** A slider for every bare number of the loss text: moving it edits the text. */
export class LossSliders extends Part {
  readonly #ranges = new Map<string, SliderRange>();
  /** Numbers of the text in the editor; kept here while the check of the newest text is on its way. */
  #text = "";
  #numbers: readonly BareNumberView[] = [];

  protected override inputs(state: PanelState): readonly unknown[] {
    return [state.check, state.draft, state.update];
  }

  protected override render(): TemplateResult {
    const { check } = this.state;
    if (check !== null && check.text === editorText(this.state)) {
      this.#text = check.text;
      this.#numbers = check.numbers;
    }
    return html`<div class="sliders">${this.#numbers.map((number, index) => this.#slider(number, index))}</div>`;
  }

  #slider(number: BareNumberView, index: number): TemplateResult {
    const range = keptRange(this.#ranges.get(number.name), number.name, number.value);
    this.#ranges.set(number.name, range);
    return html`
      <label class="slider">
        <span class="slider-name">${number.name}</span>
        <input type="range" min=${range.low} max=${range.high} step=${range.step} .value=${String(number.value)}
          .style=${`--fill: ${fillPercent(range, number.value)}%`}
          aria-valuetext=${formatNumber(number.value)}
          @input=${(event: Event) => this.#move(index, range, (event.target as HTMLInputElement).valueAsNumber)} />
        <span class="number slider-value">${formatNumber(number.value)}</span>
      </label>
    `;
  }

  #move(index: number, range: SliderRange, value: number): void {
    if (this.#text !== editorText(this.state)) return;
    const changed = replaceNumber(this.#text, this.#numbers, index, sliderText(value, range.step));
    this.#text = changed.text;
    this.#numbers = changed.numbers;
    this.dispatch({ kind: "edit", text: changed.text });
    this.requestUpdate();
  }
}

/** How much of the track lies before the thumb. */
function fillPercent({ low, high }: SliderRange, value: number): number {
  return Math.min(100, Math.max(0, ((value - low) / (high - low)) * 100));
}
