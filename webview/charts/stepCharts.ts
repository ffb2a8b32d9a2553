import { html, nothing, type TemplateResult } from "lit";
import type { UpdateView } from "../../src/protocol/views.ts";
import { formatNumber } from "../format.ts";
import { Part } from "../part.ts";
import { hasErrors, shownSource, updateName } from "../selectors.ts";
import type { PanelState, Series, SeriesSet } from "../state.ts";
import { onThemeChange } from "../theme.ts";
import { cursorAfterKey } from "./cursorKeys.ts";
import { type Line, LineChart } from "./lineChart.ts";
import { type ChartSpecification, chartSpecifications } from "./specifications.ts";

/** One small chart per quantity over the steps of the selected update, with one cursor through all of them. */
export class StepCharts extends Part {
  readonly #charts = new Map<string, LineChart>();
  #endTheme: (() => void) | undefined;
  #drawn: unknown;

  protected override inputs(state: PanelState): readonly unknown[] {
    return [
      state.update,
      state.series,
      state.step,
      state.hover,
      state.hoverValues,
      state.detail,
      shownSource(state),
      hasErrors(state),
    ];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#endTheme = onThemeChange(document, () => this.#recolour());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endTheme?.();
    for (const chart of this.#charts.values()) chart.destroy();
    this.#charts.clear();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { update } = this.state;
    if (update === null) return nothing;
    const source = shownSource(this.state);
    const stale = source !== "trainer" && hasErrors(this.state);
    return html`
      <div class="section-head">
        <h2>Steps of update ${this.#updateName(update)}</h2>
        ${source === "trainer" ? nothing : html`<span class="tag">${source}</span>`}
        <span class="section-note">${update.episodes === 1 ? "t" : "step"} = <b class="number">${this.#cursor()}</b></span>
      </div>
      <div class="step-charts" role="slider" tabindex="0" ?data-stale=${stale}
        aria-label="Step cursor of the charts" aria-valuemin="0" aria-valuemax=${update.steps - 1}
        aria-valuenow=${this.#cursor()} aria-valuetext=${this.#spoken()}
        @keydown=${this.#key} @pointermove=${this.#move} @pointerleave=${() => this.dispatch({ kind: "hover", step: null })}
        @click=${this.#pick}>
        ${this.#specifications().map((chart) => this.#figure(chart))}
      </div>
      ${this.#summary()}
    `;
  }

  protected override updated(): void {
    for (const specification of this.#specifications()) this.#chartOf(specification);
    if (this.#drawn !== this.state.series) this.#draw();
    this.#drawn = this.state.series;
    this.#placeCursors();
  }

  /** That whose numbers are drawn, which may still be the one before. */
  #updateName(update: UpdateView): string {
    const drawn = this.state.series?.update ?? update.update;
    return drawn === update.update ? updateName(update) : `${drawn}`;
  }

  #figure(chart: ChartSpecification): TemplateResult {
    return html`
      <figure data-column=${chart.column}>
        <figcaption><span class="chart-title">${chart.title}</span> <b class="number">${this.#valueText(chart)}</b></figcaption>
        <div class="chart-canvas"><canvas aria-hidden="true"></canvas><div class="chart-cursor"></div></div>
      </figure>
    `;
  }

  /** The charts that the update has columns for. */
  #specifications(): readonly ChartSpecification[] {
    const present = new Set(this.state.update?.loss.columns.map((column) => column.name));
    return chartSpecifications.filter((chart) => present.has(chart.column));
  }

  #cursor(): number {
    return this.state.hover ?? this.state.step ?? 0;
  }

  #value(column: string): number | null {
    const { hover, hoverValues, detail } = this.state;
    if (hover !== null && hoverValues?.step === hover) return hoverValues.values[column] ?? null;
    const view = detail[shownSource(this.state)];
    return hover === null ? (view?.values[column] ?? null) : null;
  }

  #valueText(chart: ChartSpecification): string {
    const value = this.#value(chart.column);
    if (value === null) return "";
    return chart.percent === true ? `${formatNumber(value * 100)} %` : formatNumber(value);
  }

  #spoken(): string {
    const values = this.#specifications().map((chart) => `${chart.title} ${this.#valueText(chart)}`);
    return `step ${this.#cursor()}: ${values.join(", ")}`;
  }

  #chartOf(specification: ChartSpecification): LineChart | undefined {
    const canvas = this.querySelector<HTMLCanvasElement>(`[data-column="${specification.column}"] canvas`);
    const chart = this.#charts.get(specification.column);
    if (chart !== undefined || canvas === null) return chart;
    const percent = specification.percent === true;
    const made = new LineChart(canvas, { xTicks: 4, yTicks: 4, percent, from: 0 });
    this.#charts.set(specification.column, made);
    this.#drawn = undefined;
    return made;
  }

  #draw(): void {
    const last = (this.state.series?.steps ?? 1) - 1;
    for (const specification of this.#specifications()) {
      this.#charts.get(specification.column)?.draw(this.#lines(specification), last);
    }
  }

  /** The edited line over the trainer's, which stands back. */
  #lines({ column, colour }: ChartSpecification): readonly Line[] {
    const { trainer, edited, difference } = this.state.series?.sets ?? {};
    const front = edited ?? difference ?? trainer;
    const changed = edited !== undefined && !sameValues(trainer?.[column], edited[column]);
    return [
      ...line(changed ? trainer : undefined, column, { colour: "quiet", width: 1, strength: 0.6 }),
      ...line(front, column, { colour, width: 1.25 }),
    ];
  }

  #placeCursors(): void {
    const step = this.#cursor();
    for (const [column, chart] of this.#charts) {
      const cursor = this.querySelector<HTMLElement>(`[data-column="${column}"] .chart-cursor`);
      if (cursor === null) continue;
      const { top, bottom } = chart.area;
      cursor.style.transform = `translate(${Math.round(chart.pixel("x", step))}px, ${top}px)`;
      cursor.style.height = `${Math.max(0, bottom - top)}px`;
    }
  }

  #recolour(): void {
    for (const chart of this.#charts.values()) chart.recolour();
  }

  #stepAt(event: PointerEvent | MouseEvent): number | null {
    const figure = (event.target as Element).closest<HTMLElement>("figure");
    const chart = this.#charts.get(figure?.dataset.column ?? "");
    const canvas = figure?.querySelector("canvas");
    if (chart === undefined || canvas === null || canvas === undefined) return null;
    const step = Math.round(chart.valueAt(event.clientX - canvas.getBoundingClientRect().left));
    return Math.min(Math.max(0, step), (this.state.update?.steps ?? 1) - 1);
  }

  #move = (event: PointerEvent): void => {
    const step = this.#stepAt(event);
    if (step !== null) this.dispatch({ kind: "hover", step });
  };

  #pick = (event: MouseEvent): void => {
    const step = this.#stepAt(event);
    if (step !== null) this.dispatch({ kind: "step", step });
  };

  #key = (event: KeyboardEvent): void => {
    const last = (this.state.update?.steps ?? 1) - 1;
    const step = cursorAfterKey(event.key, this.state.step ?? 0, 0, last);
    if (step === null) return;
    event.preventDefault();
    this.dispatch({ kind: "hover", step: null });
    this.dispatch({ kind: "step", step });
  };

  /** The charts as a table of a few rows, for those who do not see them. */
  #summary(): TemplateResult {
    const series = this.state.series?.sets[shownSource(this.state)] ?? {};
    const rows = this.#specifications().map((chart) => summaryRow(chart.title, series[chart.column]?.value));
    return html`
      <table class="visually-hidden">
        <caption>Per-step charts in numbers</caption>
        <thead><tr><th scope="col">quantity</th><th scope="col">first</th><th scope="col">lowest</th><th scope="col">highest</th><th scope="col">last</th></tr></thead>
        <tbody>${rows}</tbody>
      </table>
    `;
  }
}

function line(
  set: SeriesSet | undefined,
  column: string,
  style: Pick<Line, "colour" | "width" | "strength">,
): Line[] {
  const series = set?.[column];
  return series === undefined ? [] : [{ x: series.step, y: series.value, ...style }];
}

/** Whether an edit left a quantity as it was: then there is nothing to set beside it. */
function sameValues(before: Series | undefined, after: Series | undefined): boolean {
  if (before === undefined || after === undefined || before.value.length !== after.value.length) return false;
  return before.value.every((value, i) => Object.is(value, after.value[i]));
}

function summaryRow(title: string, values: Float64Array | undefined): TemplateResult {
  const finite = (values ?? new Float64Array()).filter(Number.isFinite);
  const figures = finite.length === 0 ? [] : [finite[0]!, smallest(finite), largest(finite), finite.at(-1)!];
  return html`<tr><th scope="row">${title}</th>${figures.map((value) => html`<td>${formatNumber(value)}</td>`)}</tr>`;
}

function smallest(values: Float64Array): number {
  return values.reduce((least, value) => Math.min(least, value));
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value));
}
