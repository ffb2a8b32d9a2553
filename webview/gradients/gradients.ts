import { html, nothing, svg, type TemplateResult } from "lit";
import type { ComparisonView, LayerComparison, LayerView, UpdateView } from "../../src/protocol/views.ts";
import { formatNumber } from "../format.ts";
import { Part } from "../part.ts";
import { editedEvaluation, hasErrors, ownWord, updateName } from "../selectors.ts";
import type { PanelState } from "../state.ts";
import { commonAxis, histogramPath } from "./histogram.ts";

const plotWidth = 72;
const plotHeight = 18;

/** The gradient layer by layer; beside the trainer's the edited loss's, with ratio, cosine and both histograms. */
export class GradientTable extends Part {
  protected override inputs(state: PanelState): readonly unknown[] {
    return [state.update, state.evaluation, state.draft, state.check];
  }

  protected override render(): TemplateResult | typeof nothing {
    const { update } = this.state;
    if (update === null) return nothing;
    const evaluation = editedEvaluation(this.state);
    const own = ownWord(this.state);
    const column = update.trace === undefined ? "layer" : "output";
    return html`
      <div class="section-head">
        <h2>Gradient of update ${updateName(update)}</h2>
        <span class="section-note">${evaluation === null ? placeOf(update) : `${own} → edited`}</span>
      </div>
      <div class="gradient-scroll">
      <table class="gradient-table" ?data-stale=${hasErrors(this.state)}>
        ${evaluation === null ? trainerOnly(update.loss.layers, update.loss.gradientNorm, column) : comparedGradients(evaluation.comparison, [own, "edited"], column)}
      </table>
      </div>
      ${update.trace === undefined ? nothing : html`<p class="quiet gradient-end">θ is not in a trace, so the gradient ends ${update.trace.hasOutputs ? "at the policy’s outputs" : "at ln π"}, one number a step; by layer it can be seen for runs trained here.</p>`}
    `;
  }
}

/** Where the gradient is seen. */
function placeOf({ trace }: UpdateView): string {
  if (trace === undefined) return "by layer";
  return trace.hasOutputs ? "at the outputs" : "at ln π";
}

function trainerOnly(layers: readonly LayerView[], norm: number, column: string): TemplateResult {
  return html`
    <thead><tr><th scope="col">${column}</th><th scope="col">‖g‖</th><th scope="col">mean</th><th scope="col">largest</th><th scope="col" class="plot">values</th></tr></thead>
    <tbody>
      ${layers.map(
        (layer) => html`
          <tr><th scope="row">${layerName(layer)}</th><td>${formatNumber(layer.norm)}</td><td>${formatNumber(layer.mean, 3)}</td>
          <td>${formatNumber(layer.largest)}</td><td class="plot">${plot([layer.histogram])}</td></tr>
        `,
      )}
    </tbody>
    <tfoot><tr><th scope="row">all</th><td>${formatNumber(norm)}</td><td></td><td></td><td></td></tr></tfoot>
  `;
}

/** The rows of a table of two gradients by layer, or by what `column` says, with what they are called. */
export function comparedGradients(
  { layers, total }: ComparisonView,
  [before, after]: readonly [string, string],
  column = "layer",
): TemplateResult {
  return html`
    <thead><tr><th scope="col">${column}</th><th scope="col">‖g‖ ${before}</th><th scope="col">‖g‖ ${after}</th><th scope="col">ratio</th>
      <th scope="col" class="cosine-head">cosine</th><th scope="col" class="plot">values</th></tr></thead>
    <tbody>${layers.map((layer) => comparedRow(layerName(layer), layer))}</tbody>
    <tfoot>${comparedRow(html`all`, total)}</tfoot>
  `;
}

function comparedRow(name: TemplateResult, layer: Omit<LayerComparison, "name" | "shape">): TemplateResult {
  return html`
    <tr><th scope="row">${name}</th><td>${formatNumber(layer.before)}</td><td>${formatNumber(layer.after)}</td>
      <td>${Number.isFinite(layer.ratio) ? `${formatNumber(layer.ratio, 3)}×` : "–"}</td><td class="cosine">${cosineBar(layer.cosine)}</td>
      <td class="plot">${plot([layer.histogramBefore, layer.histogramAfter])}</td></tr>
  `;
}

function layerName({
  name,
  shape,
}: {
  readonly name: string;
  readonly shape: readonly number[];
}): TemplateResult {
  const [letters = name, digits = ""] = name.split(/(?=\d)/u, 2);
  return html`<span class="layer-name">${letters}<sub>${digits}</sub></span> <span class="quiet">${shape.join("×")}</span>`;
}

/** A bar from the middle: to the right for one direction, to the left for opposed ones. */
function cosineBar(cosine: number): TemplateResult {
  const length = Number.isFinite(cosine) ? Math.min(1, Math.max(-1, cosine)) : 0;
  const bar = svg`<rect class=${length < 0 ? "opposed" : "agreeing"} x=${length < 0 ? 24 + 24 * length : 24} y="0" width=${24 * Math.abs(length)} height="8" />`;
  return html`
    <span class="cosine-cell"><svg class="cosine-bar" width="48" height="8" aria-hidden="true"><rect class="track" width="48" height="8"/>${bar}<line x1="24" x2="24" y1="0" y2="8"/></svg>
    <span>${Number.isFinite(cosine) ? cosine.toFixed(3).replace("-", "−") : "—"}</span></span>
  `;
}

/** The trainer's histogram filled, the edited one's outline over it. */
function plot(histograms: readonly LayerView["histogram"][]): TemplateResult {
  const axis = commonAxis(histograms);
  const paths = histograms.map(
    (histogram, i) =>
      svg`<path class=${i === 0 ? "before" : "after"} d=${histogramPath(histogram, axis, plotWidth, plotHeight)} />`,
  );
  const words = Number.isFinite(axis.low)
    ? `from ${formatNumber(axis.low, 3)} to ${formatNumber(axis.high, 3)}`
    : "no values";
  return html`<svg class="histogram" width=${plotWidth} height=${plotHeight} role="img" aria-label="Histogram of the gradient ${words}"><title>gradient values ${words}</title>${paths}</svg>`;
}
