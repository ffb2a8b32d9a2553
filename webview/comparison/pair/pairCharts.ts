import { html, LitElement, type TemplateResult } from "lit";
import { cursorAfterKey } from "../../charts/cursorKeys.ts";
import { type Line, LineChart } from "../../charts/lineChart.ts";
import { formatNumber } from "../../format.ts";
import { onThemeChange, type SeriesColour } from "../../theme.ts";
import type { ComparisonStore } from "../session.ts";
import type { ComparisonState } from "../state.ts";
import { pairCharts } from "./chartColumns.ts";

/** How the two losses' lines are told apart: by colour and by dashes. */
const styles: readonly { readonly colour: SeriesColour; readonly dash?: readonly number[] }[] = [
  { colour: "blue" },
  { colour: "orange", dash: [5, 3] },
];

/** What A and B make of every step: a small chart each, with one cursor through all of them. */
export class PairCharts extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: ComparisonState;
  declare store: ComparisonStore;
  readonly #charts = new Map<string, LineChart>();
  #endTheme: (() => void) | undefined;
  #drawn: unknown;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#endTheme = onThemeChange(document, () => {
      for (const chart of this.#charts.values()) chart.recolour();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endTheme?.();
    for (const chart of this.#charts.values()) chart.destroy();
    this.#charts.clear();
  }

  protected override render(): TemplateResult {
    const { step, shown } = this.state;
    return html`
      <div class="step-charts" role="slider" tabindex="0" aria-label="Step cursor of the charts" aria-valuemin="0"
        aria-valuemax=${(shown?.view.steps ?? 1) - 1} aria-valuenow=${step} aria-valuetext=${this.#spoken()}
        @keydown=${this.#key} @click=${this.#pick}>
        ${pairCharts.map(
          ({ title, columns }) => html`<figure data-chart=${title}>
          <figcaption><span class="chart-title">${title}</span> ${columns.map((column, side) => this.#value(column, side))}</figcaption>
          <div class="chart-canvas"><canvas aria-hidden="true"></canvas><div class="chart-cursor"></div></div>
        </figure>`,
        )}
      </div>
    `;
  }

  protected override updated(): void {
    for (const { title } of pairCharts) this.#chartOf(title);
    if (this.#drawn !== this.state.series) this.#draw();
    this.#drawn = this.state.series;
    this.#placeCursors();
  }

  #value(column: string, side: number): TemplateResult {
    return html`<b class="number colour-${styles[side]!.colour}">${"AB"[side]} ${this.#text(column)}</b>`;
  }

  #text(column: string): string {
    const { values, step } = this.state;
    const value = values?.step === step ? values.values[column] : undefined;
    if (value === undefined) return "";
    return column.endsWith(".share") ? `${formatNumber(value * 100)} %` : formatNumber(value);
  }

  #spoken(): string {
    const parts = pairCharts.map(
      ({ title, columns: [a, b] }) => `${title}: A ${this.#text(a)}, B ${this.#text(b)}`,
    );
    return `step ${this.state.step}: ${parts.join("; ")}`;
  }

  #chartOf(title: string): LineChart {
    const canvas = this.querySelector<HTMLCanvasElement>(`[data-chart="${title}"] canvas`)!;
    const known = this.#charts.get(title);
    if (known !== undefined) return known;
    const percent = pairCharts.some((chart) => chart.title === title && chart.percent === true);
    const chart = new LineChart(canvas, {
      xTicks: 5,
      yTicks: 4,
      from: 0,
      percent,
      overlay: () => this.#placeCursors(),
    });
    this.#charts.set(title, chart);
    return chart;
  }

  #draw(): void {
    const { series, shown } = this.state;
    if (series === null || shown === null) return;
    for (const { title, columns } of pairCharts) {
      const lines = columns.flatMap((column, side): readonly Line[] => {
        const values = series[column];
        return values === undefined
          ? []
          : [{ x: values.step, y: values.value, width: 1.25, ...styles[side]! }];
      });
      this.#chartOf(title).draw(lines, shown.view.steps - 1);
    }
  }

  #placeCursors(): void {
    for (const [title, chart] of this.#charts) {
      const cursor = this.querySelector<HTMLElement>(`[data-chart="${title}"] .chart-cursor`);
      if (cursor === null) continue;
      const { top, bottom } = chart.area;
      cursor.style.transform = `translate(${Math.round(chart.pixel("x", this.state.step))}px, ${top}px)`;
      cursor.style.height = `${Math.max(0, bottom - top)}px`;
    }
  }

  #pick = (event: MouseEvent): void => {
    const figure = (event.target as Element).closest<HTMLElement>("figure");
    const canvas = figure?.querySelector("canvas");
    const chart = this.#charts.get(figure?.dataset.chart ?? "");
    if (!canvas || chart === undefined) return;
    const step = chart.valueAt(event.clientX - canvas.getBoundingClientRect().left);
    this.store.dispatch({ kind: "step", step });
  };

  #key = (event: KeyboardEvent): void => {
    const last = (this.state.shown?.view.steps ?? 1) - 1;
    const step = cursorAfterKey(event.key, this.state.step, 0, last);
    if (step === null) return;
    event.preventDefault();
    this.store.dispatch({ kind: "step", step });
  };
}
