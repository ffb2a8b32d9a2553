import { html, nothing, type TemplateResult } from "lit";
import type { StepView } from "../../src/protocol/views.ts";
import { formatNumber, formatSigned } from "../format.ts";
import { Part } from "../part.ts";
import { hasErrors, ownWord, shownSource } from "../selectors.ts";
import type { PanelState } from "../state.ts";
import { namedNumbers } from "./namedNumbers.ts";
import { drawScene } from "./scenes.ts";

/** The selected step: the environment's state, and what every output of the policy gets. */
export class StepDetail extends Part {
  protected override inputs(state: PanelState): readonly unknown[] {
    return [state.detail, state.update, state.host?.run?.run, state.check, state.draft];
  }

  protected override render(): TemplateResult | typeof nothing {
    const { update, detail } = this.state;
    const source = shownSource(this.state);
    const view = detail[source] ?? detail.trainer;
    if (update === null || view === undefined) return nothing;
    const { actionNames, observationNames } = update;
    const stale = source !== "trainer" && hasErrors(this.state);
    return html`
      <div class="section-head">
        <h2>Step ${view.step}</h2>
        <span class="section-note">${update.episodes > 1 ? `episode ${view.episode}, t = ${view.time}` : `reward ${formatNumber(view.reward)}`}</span>
      </div>
      <div class="detail-body" ?data-stale=${stale}>
        <div class="detail-scene">${view.scene === undefined ? namedNumbers({ step: view, actionNames, observationNames }) : drawScene(view.scene)}</div>
        <div class="detail-outputs">
          ${view.dimensions === undefined ? (view.outputs.length === 0 ? nothing : this.#outputs(view)) : this.#dimensions(view)}
          ${view.value === undefined ? nothing : valueLine(view.value)}
          <p class="sentence quiet">${view.sentence}</p>
          ${identity(view)}
          <dl class="observation">${view.observation.map((value, i) => html`<dt>${observationNames[i] ?? `observation ${i}`}</dt><dd class="number">${formatNumber(value)}</dd>`)}</dl>
        </div>
      </div>
    `;
  }

  /** Mean and deviation of every dimension of a Gaussian action, and under each what it gets; beside an edited loss's the trainer's. */
  #dimensions(view: StepView): TemplateResult {
    const before = shownSource(this.state) === "edited" ? this.state.detail.trainer : undefined;
    return html`
      <table class="output-table">
        <thead><tr><th scope="col">action</th><th scope="col">drawn</th><th scope="col">μ</th><th scope="col">σ</th></tr></thead>
        <tbody>${view.dimensions?.map((dimension, i) => dimensionRows(dimension, i, before?.dimensions?.[i], ownWord(this.state)))}</tbody>
      </table>
    `;
  }

  /** Every output's probability and gradient; beside an edited loss's the trainer's. */
  #outputs(view: StepView): TemplateResult {
    const before = shownSource(this.state) === "edited" ? this.state.detail.trainer : undefined;
    return html`
      <table class="output-table">
        <thead><tr><th scope="col">output</th><th scope="col">π</th>
          ${before === undefined ? nothing : html`<th scope="col">∂L/∂z ${ownWord(this.state)}</th>`}
          <th scope="col">${before === undefined ? "∂L/∂z" : "edited"}</th></tr></thead>
        <tbody>${view.outputs.map((output, k) => outputRow(output, k, before?.outputs[k]?.gradient))}</tbody>
        <tfoot><tr><th scope="row">Σ</th><td>${formatNumber(view.outputs.reduce((sum, { probability }) => sum + probability, 0))}</td>
          ${before === undefined ? nothing : html`<td>${sumText(before.gradientSum)}</td>`}
          <td>${sumText(view.gradientSum)}</td></tr></tfoot>
      </table>
    `;
  }
}

/** The same gradient by another road: cross-entropy with the action taken as label. */
function identity({ crossEntropy }: StepView): TemplateResult | typeof nothing {
  if (crossEntropy === null) return nothing;
  const { text, gradients, largestDifference, hasOther } = crossEntropy;
  const numbers = gradients.map((gradient) => formatSigned(gradient)).join(", ");
  const verdict = hasOther
    ? "the rest comes from the loss’s other terms"
    : largestDifference === 0
      ? "the same to the last bit"
      : `the same but for ${largestDifference.toExponential(1)}`;
  return html`
    <p class="sentence quiet" title="Cross-entropy with the action taken as label, weighted by c, evaluated by the loss language’s own operator">
      <code>${text}</code> gives ${numbers}: ${verdict}.
    </p>
  `;
}

type Dimension = NonNullable<StepView["dimensions"]>[number];

function dimensionRows(
  dimension: Dimension,
  i: number,
  before: Dimension | undefined,
  own: string,
): TemplateResult {
  return html`
    <tr>
      <th scope="row"><i class="swatch output-${i % 6}" aria-hidden="true"></i>${dimension.name}</th>
      <td>${formatSigned(dimension.action)}${dimension.takenAs === undefined ? nothing : html` <span class="quiet" title="outside the environment's bounds, which takes the nearer one">→ ${formatSigned(dimension.takenAs)}</span>`}</td>
      <td>${formatSigned(dimension.mean)}</td>
      <td>${formatNumber(dimension.deviation)}</td>
    </tr>
    ${before === undefined ? nothing : gradientRow(before, own)}
    ${gradientRow(dimension, before === undefined ? undefined : "edited")}
  `;
}

/** What mean and deviation get, under them. */
function gradientRow({ name, meanGradient, deviationGradient }: Dimension, whose?: string): TemplateResult {
  return html`
    <tr class=${whose === undefined || whose === "edited" ? "gradient-row" : "gradient-row quiet"}>
      <th scope="row" colspan="2" aria-label="gradient of ${name}${whose === undefined ? "" : `, ${whose}`}">∂L/∂${whose === undefined ? nothing : ` ${whose}`}</th>
      <td>${formatSigned(meanGradient)}</td>
      <td>${formatSigned(deviationGradient)}</td>
    </tr>
  `;
}

/** The critic's estimate at this step, and where the loss draws it. A minibatch's steps have no δ. */
function valueLine({ estimate, next, delta, gradient }: NonNullable<StepView["value"]>): TemplateResult {
  const ahead = Number.isNaN(next)
    ? nothing
    : html` · V(next) <span class="number">${formatNumber(next)}</span> · δ <span class="number">${formatSigned(delta)}</span>`;
  return html`<p class="sentence">V <span class="number">${formatNumber(estimate)}</span>${ahead} · ∂L/∂V <span class="number">${formatSigned(gradient)}</span></p>`;
}

function outputRow(
  output: StepView["outputs"][number],
  k: number,
  before: number | undefined,
): TemplateResult {
  return html`
    <tr ?data-taken=${output.taken}>
      <th scope="row"><i class="swatch output-${k % 6}" aria-hidden="true"></i>${output.name}${output.taken ? html` <span class="taken" role="img" aria-label="taken" title="the action taken">●</span>` : nothing}</th>
      <td>${formatNumber(output.probability)}</td>
      ${before === undefined ? nothing : html`<td class="quiet">${formatSigned(before)}</td>`}
      <td>${formatSigned(output.gradient)}</td>
    </tr>
  `;
}

/** Gradients at the outputs of a softmax sum to 0 but for rounding, which is not worth a reader's eye. */
function sumText(sum: number): string {
  return Math.abs(sum) < 1e-9 ? "0" : formatSigned(sum);
}
