import { html, LitElement, type TemplateResult } from "lit";
import { axisTitles, metricTitles } from "../../../src/protocol/comparisonTitles.ts";
import { cursorAfterKey } from "../../charts/cursorKeys.ts";
import { LineChart } from "../../charts/lineChart.ts";
import { formatCount, formatNumber } from "../../format.ts";
import { onThemeChange, type Palette } from "../../theme.ts";
import {
  drawnEnvironment,
  drawnGroups,
  lastPlace,
  type PlacedGroup,
  pointAt,
  styleOf,
} from "../selectors.ts";
import type { ComparisonStore } from "../session.ts";
import type { ComparisonState } from "../state.ts";
import { groupLines } from "./lines.ts";

/** Room for the letters at the ends of the curves, in proportion to these. */
const roomBehind = 1.02;

/** The learning curves of the groups with one cursor through all of them. */
export class ComparisonCurves extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: ComparisonState;
  declare store: ComparisonStore;
  #chart: LineChart | undefined;
  #drawn: readonly unknown[] = [];
  #endTheme: (() => void) | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
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
    this.#drawn = [];
  }

  protected override render(): TemplateResult {
    const groups = drawnGroups(this.state);
    const last = lastPlace(groups);
    return html`
      <div class="comparison-curve" role="slider" tabindex="0" aria-label="Cursor of the learning curves"
        aria-valuemin="0" aria-valuemax=${last} aria-valuenow=${this.state.cursor ?? last} aria-valuetext=${this.#spoken(groups)}
        title="Point, or use the arrow keys, to read the curves"
        @keydown=${this.#key} @pointermove=${this.#move} @pointerleave=${() => this.#point(null)}>
        <canvas aria-hidden="true"></canvas>
        <div class="chart-cursor"></div>
      </div>
    `;
  }

  protected override updated(): void {
    const canvas = this.querySelector("canvas")!;
    this.#chart ??= new LineChart(canvas, {
      xTicks: 8,
      yTicks: 7,
      endTick: false,
      from: 0,
      overlay: (context, chart, palette) => {
        this.#letters(context, chart, palette);
        this.#placeCursor();
      },
    });
    this.#draw();
    this.#placeCursor();
  }

  #draw(): void {
    const { host, hidden } = this.state;
    const wanted = [host?.view, hidden, drawnEnvironment(this.state)];
    if (wanted.every((value, index) => value === this.#drawn[index])) return;
    this.#drawn = wanted;
    const groups = drawnGroups(this.state);
    // Drawn in one order whatever is hidden, with the means of all groups over all bands.
    const lines = groups.flatMap(groupLines);
    this.#chart?.draw(lines, lastPlace(groups) * roomBehind);
  }

  /** A letter at the end of every curve, so that no one has to know a group by its colour. */
  #letters(context: CanvasRenderingContext2D, chart: LineChart, palette: Palette): void {
    context.save();
    context.font = `600 ${palette.fontSize}px ${palette.fontFamily}`;
    context.textBaseline = "middle";
    const taken: number[] = [];
    for (const { group, place } of drawnGroups(this.state)) {
      const { colour, letter } = styleOf(place);
      const end = group.curve.mean.findLastIndex(Number.isFinite);
      if (end < 0) continue;
      const x = Math.min(chart.pixel("x", group.curve.x[end]!) + 3, chart.area.right - 8 * letter.length);
      const y = freeHeight(chart.pixel("y", group.curve.mean[end]!), taken);
      taken.push(y);
      context.lineWidth = 3;
      context.strokeStyle = palette.background;
      context.strokeText(letter, x, y);
      context.fillStyle = palette[colour];
      context.fillText(letter, x, y);
    }
    context.restore();
  }

  #placeCursor(): void {
    const cursor = this.querySelector<HTMLElement>(".chart-cursor");
    if (cursor === null || this.#chart === undefined) return;
    const { top, bottom } = this.#chart.area;
    cursor.hidden = this.state.cursor === null;
    const x = this.#chart.pixel("x", this.state.cursor ?? 0);
    cursor.style.transform = `translate(${Math.round(x)}px, ${top}px)`;
    cursor.style.height = `${Math.max(0, bottom - top)}px`;
  }

  #point(cursor: number | null): void {
    this.store.dispatch({ kind: "cursor", cursor });
  }

  #move = (event: PointerEvent): void => {
    const canvas = this.querySelector("canvas");
    if (canvas === null || this.#chart === undefined) return;
    const x = this.#chart.valueAt(event.clientX - canvas.getBoundingClientRect().left);
    this.#point(Math.min(Math.max(0, Math.round(x)), lastPlace(drawnGroups(this.state))));
  };

  /** Goes from point to point of the longest curve. */
  #key = (event: KeyboardEvent): void => {
    const groups = drawnGroups(this.state);
    const last = lastPlace(groups);
    const places = groups.find(({ group }) => group.curve.x.at(-1) === last)?.group.curve.x;
    if (places === undefined) return;
    const at = places.findLastIndex((place) => place <= (this.state.cursor ?? last));
    const next = cursorAfterKey(event.key, Math.max(0, at), 0, places.length - 1);
    if (next === null) return;
    event.preventDefault();
    this.#point(places[next]!);
  };

  #spoken(groups: readonly PlacedGroup[]): string {
    const { host, cursor } = this.state;
    const view = host?.view;
    if (!view) return "no curve";
    const x = cursor ?? lastPlace(groups);
    const values = groups.map(({ group, place }) => {
      const point = pointAt(group, x);
      const value = point === null ? "has ended" : formatNumber(group.curve.mean[point]!);
      return `${styleOf(place).letter}, ${group.name}: ${value}`;
    });
    return `${metricTitles[view.metric]} at ${formatCount(x)} ${axisTitles[view.axis]}. ${values.join("; ")}`;
  }
}

/** The nearest height at which a letter covers none of those that stand already. */
function freeHeight(wanted: number, taken: readonly number[]): number {
  const room = 11;
  const isFree = (y: number) => taken.every((other) => Math.abs(other - y) >= room);
  for (let away = 0; away < 400; away++) {
    if (isFree(wanted - away)) return wanted - away;
    if (isFree(wanted + away)) return wanted + away;
  }
  return wanted;
}
