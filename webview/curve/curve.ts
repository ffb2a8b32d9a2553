import { html, nothing, type TemplateResult } from "lit";
import type { CurveView } from "../../src/protocol/engine.ts";
import { cursorAfterKey } from "../charts/cursorKeys.ts";
import { type Line, LineChart } from "../charts/lineChart.ts";
import { formatCount, formatNumber } from "../format.ts";
import { Part } from "../part.ts";
import { isOfTrace } from "../selectors.ts";
import type { CurveMetric, PanelState } from "../state.ts";
import { onThemeChange } from "../theme.ts";
import { curveLines, nearestPoint } from "./lines.ts";
import { drawMarks } from "./marks.ts";

const metrics: Readonly<Record<CurveMetric, string>> = {
  averageReturn: "return per episode",
  return: "return, each",
  loss: "loss",
  gradientNorm: "gradient norm",
  entropy: "entropy",
};

/** How well the run trains, update by update; any point opens its update. */
export class LearningCurve extends Part {
  #chart: LineChart | undefined;
  #drawn: readonly unknown[] = [];
  #endTheme: (() => void) | undefined;

  protected override inputs(state: PanelState): readonly unknown[] {
    return [state.curve, state.metric, state.selected, state.follow, state.update, state.updates];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#endTheme = onThemeChange(document, () => this.#chart?.recolour());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endTheme?.();
    this.#chart?.destroy();
    this.#chart = undefined;
  }

  protected override render(): TemplateResult {
    const { selected, updates, metric } = this.state;
    return html`
      <div class="section-head">
        <h2>Learning curve</h2>
        <select class="quiet-select" aria-label="Quantity of the learning curve" .value=${metric}
          @change=${(event: Event) => this.#setMetric(event)}>
          ${Object.entries(metrics).map(([name, title]) => html`<option value=${name} ?selected=${name === metric}>${title}</option>`)}
        </select>
        ${this.#pin()}
        <label class="switch section-note">
          <input type="checkbox" role="switch" .checked=${this.state.follow}
            @change=${(event: Event) => this.dispatch({ kind: "follow", follow: (event.target as HTMLInputElement).checked })} />
          follow latest
        </label>
      </div>
      <div class="curve" role="slider" tabindex="0" aria-label="Selected update" aria-valuemin="1"
        aria-valuemax=${Math.max(1, updates)} aria-valuenow=${selected ?? 1} aria-valuetext=${this.#spoken()}
        title="Click a point, or use the arrow keys, to open its update"
        @keydown=${this.#key} @click=${this.#pick} @pointermove=${this.#hover} @pointerleave=${this.#leave}>
        <canvas aria-hidden="true"></canvas>
        <div class="curve-pointer" hidden></div>
        <div class="chart-cursor"></div>
      </div>
      ${this.state.curve === null ? html`<p class="quiet" role="status">No update has been made yet.</p>` : this.#summary(this.state.curve)}
    `;
  }

  protected override updated(): void {
    const canvas = this.querySelector("canvas");
    if (canvas === null) return;
    this.#chart ??= new LineChart(canvas, {
      xTicks: 8,
      yTicks: 7,
      from: 1,
      overlay: (context, chart, palette) => {
        if (this.state.curve !== null)
          drawMarks(context, chart, palette, this.state.curve, this.state.metric);
        this.#placeCursor();
      },
    });
    this.#draw();
    this.#placeCursor();
  }

  #draw(): void {
    const { curve, metric } = this.state;
    const wanted = [curve, metric];
    if (curve === null || wanted.every((value, i) => value === this.#drawn[i])) return;
    this.#drawn = wanted;
    const lines: readonly Line[] = curveLines(curve, metric);
    this.#chart?.draw(lines, curve.update.at(-1) ?? curve.updates);
  }

  #placeCursor(): void {
    const cursor = this.querySelector<HTMLElement>(".chart-cursor");
    const chart = this.#chart;
    if (cursor === null || chart === undefined) return;
    const { selected, curve } = this.state;
    cursor.hidden = selected === null || curve === null;
    if (selected === null) return;
    const { top, bottom, right } = chart.area;
    const x = Math.min(right, chart.pixel("x", selected));
    cursor.style.transform = `translate(${Math.round(x)}px, ${top}px)`;
    cursor.style.height = `${Math.max(0, bottom - top)}px`;
  }

  #pin(): TemplateResult | typeof nothing {
    const { update } = this.state;
    if (update === null || isOfTrace(this.state)) return nothing;
    const title = update.pinned ? `Unpin update ${update.update}` : `Pin update ${update.update}`;
    return html`
      <button class="icon-button small" aria-pressed=${update.pinned} title=${title} aria-label=${title}
        @click=${() => this.panel.session.setPinned(!update.pinned)}>
        <span class="codicon codicon-${update.pinned ? "pinned" : "pin"}" aria-hidden="true"></span>
      </button>
    `;
  }

  #setMetric(event: Event): void {
    this.dispatch({ kind: "metric", metric: (event.target as HTMLSelectElement).value as CurveMetric });
  }

  #updateAt(event: MouseEvent): number | null {
    const canvas = this.querySelector("canvas");
    const { curve } = this.state;
    if (canvas === null || curve === null || this.#chart === undefined) return null;
    const update = Math.round(this.#chart.valueAt(event.clientX - canvas.getBoundingClientRect().left));
    return Math.min(Math.max(1, update), curve.updates);
  }

  #pick = (event: MouseEvent): void => {
    const update = this.#updateAt(event);
    if (update !== null) this.dispatch({ kind: "select", update });
  };

  #key = (event: KeyboardEvent): void => {
    const { selected, updates } = this.state;
    const update = cursorAfterKey(event.key, selected ?? updates, 1, updates);
    if (update === null) return;
    event.preventDefault();
    this.dispatch({ kind: "select", update });
  };

  #hover = (event: PointerEvent): void => {
    const pointer = this.querySelector<HTMLElement>(".curve-pointer");
    const update = this.#updateAt(event);
    const { curve, metric } = this.state;
    if (pointer === null || update === null || curve === null) return;
    const x = this.#chart?.pixel("x", update) ?? 0;
    pointer.hidden = false;
    pointer.textContent = `update ${formatCount(update)} · ${this.#valueAt(curve, metric, update)}`;
    pointer.style.transform = `translateX(${x}px) translateX(${x > this.clientWidth / 2 ? "-100%" : "0"})`;
  };

  #leave = (): void => {
    const pointer = this.querySelector<HTMLElement>(".curve-pointer");
    if (pointer !== null) pointer.hidden = true;
  };

  #valueAt(curve: CurveView, metric: CurveMetric, update: number): string {
    const index = nearestPoint(curve.update, update);
    const column = curve.columns[metric];
    const low = column.minimum[index] ?? Number.NaN;
    const high = column.maximum[index] ?? Number.NaN;
    return low === high ? formatNumber(low) : `${formatNumber(low)} … ${formatNumber(high)}`;
  }

  #spoken(): string {
    const { selected, curve, update, metric } = this.state;
    if (selected === null || curve === null) return "no update";
    const kept = update?.update === selected ? `, return ${formatNumber(update.episodeReturn)}` : "";
    return `update ${selected} of ${curve.updates}: ${metrics[metric]} ${this.#valueAt(curve, metric, selected)}${kept}`;
  }

  #summary(curve: CurveView): TemplateResult {
    const picked = [0, 0.25, 0.5, 0.75, 1].map((part) =>
      Math.round(part * Math.max(0, curve.update.length - 1)),
    );
    const rows = [...new Set(picked)].map((index) => {
      const update = curve.update[index] ?? 0;
      return html`<tr><th scope="row">${update}</th><td>${this.#valueAt(curve, "return", update)}</td><td>${this.#valueAt(curve, "averageReturn", update)}</td></tr>`;
    });
    return html`
      <table class="visually-hidden">
        <caption>The learning curve in numbers</caption>
        <thead><tr><th scope="col">update</th><th scope="col">return</th><th scope="col">average of 100</th></tr></thead>
        <tbody>${rows}</tbody>
      </table>
    `;
  }
}
