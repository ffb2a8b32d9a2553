import {
  Chart,
  type ChartDataset,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  type ScaleOptionsByType,
} from "chart.js";
import { formatExact } from "../format.ts";
import { type Palette, readPalette, type SeriesColour } from "../theme.ts";

export interface Line {
  readonly x: Float64Array | readonly number[];
  readonly y: Float64Array | readonly number[];
  readonly colour: SeriesColour | "quiet";
  readonly width: number;
  /** 0 to 1, default 1. */
  readonly strength?: number;
  /** Lengths of dashes and gaps in pixels; whole where it is left out. */
  readonly dash?: readonly number[];
  /** Fills the room to the next line of the list, this strongly. */
  readonly fillToNext?: number;
}

export interface LineChartOptions {
  readonly xTicks: number;
  readonly yTicks: number;
  readonly percent?: boolean;
  /** Whether the end of the x axis has a tick of its own, as it has where this is left out. */
  readonly endTick?: false;
  /** Lowest x that the axis shows. */
  readonly from: number;
  /** Drawn over the lines, in canvas pixels. */
  readonly overlay?: (context: CanvasRenderingContext2D, chart: LineChart, palette: Palette) => void;
}

/** Width of every value axis, so that charts above each other share their left edge. */
const axisWidth = 44;
/** Lines of high contrast are loud; behind data they stand back. */
const highContrastGrid = 0.4;

let registered = false;

/** A line chart in the editor's colours: decimated data in, no animation, nothing of its own to click. */
export class LineChart {
  readonly #chart: Chart<"line", { x: number; y: number }[]>;
  readonly #options: LineChartOptions;
  #palette: Palette;
  /** The library draws once while it is being built, before there is anything to lay over it. */
  #built = false;
  #lines: readonly Line[] = [];

  constructor(canvas: HTMLCanvasElement, options: LineChartOptions) {
    if (!registered) Chart.register(Filler, LineController, LineElement, PointElement, LinearScale);
    registered = true;
    this.#options = options;
    this.#palette = readPalette(canvas);
    const overlay: Plugin<"line"> = {
      id: "overlay",
      afterDatasetsDraw: ({ ctx }) => {
        if (this.#built) options.overlay?.(ctx, this, this.#palette);
      },
    };
    this.#chart = new Chart<"line", { x: number; y: number }[]>(canvas, {
      type: "line",
      data: { datasets: [] },
      plugins: [overlay],
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        responsive: true,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { top: 4, right: 6 } },
        elements: { point: { radius: 0 }, line: { borderJoinStyle: "round" } },
        scales: { x: this.#axis("x"), y: this.#axis("y") },
      },
    });
    this.#built = true;
  }

  /** Draws lines with x from the chart's start to `last`. */
  draw(lines: readonly Line[], last: number): void {
    this.#lines = lines;
    const x = this.#chart.options.scales!.x as ScaleOptionsByType<"linear">;
    Object.assign(x, { min: this.#options.from, max: Math.max(this.#options.from + 1, last) });
    this.#chart.data.datasets = lines.map((line) => this.#dataset(line));
    this.#chart.update("none");
  }

  /** Reads the colours again and draws what was drawn last. */
  recolour(): void {
    this.#palette = readPalette(this.#chart.canvas);
    const scales = this.#chart.options.scales!;
    Object.assign(scales, {
      x: { ...scales.x, ...this.#axis("x") },
      y: { ...scales.y, ...this.#axis("y") },
    });
    this.#chart.data.datasets = this.#lines.map((line) => this.#dataset(line));
    this.#chart.update("none");
  }

  /** The canvas pixel of an x or y value. */
  pixel(axis: "x" | "y", value: number): number {
    return this.#chart.scales[axis]?.getPixelForValue(value) ?? 0;
  }

  /** The x value under a canvas pixel. */
  valueAt(pixel: number): number {
    return this.#chart.scales.x?.getValueForPixel(pixel) ?? 0;
  }

  get area(): {
    readonly top: number;
    readonly bottom: number;
    readonly left: number;
    readonly right: number;
  } {
    return this.#chart.chartArea ?? { top: 0, bottom: 0, left: 0, right: 0 };
  }

  redraw(): void {
    this.#chart.draw();
  }

  destroy(): void {
    this.#chart.destroy();
  }

  #axis(axis: "x" | "y") {
    const { xTicks, yTicks, percent, endTick } = this.#options;
    const { quiet, rule, fontFamily, fontSize, highContrast } = this.#palette;
    const gridStrength = highContrast ? highContrastGrid : 1;
    return {
      type: "linear" as const,
      grid: { display: axis === "y", color: withStrength(rule, gridStrength), drawTicks: false },
      border: { display: false },
      ticks: {
        color: quiet,
        font: { family: fontFamily, size: fontSize },
        maxTicksLimit: axis === "x" ? xTicks : yTicks,
        maxRotation: 0,
        sampleSize: 4,
        includeBounds: axis === "y" || endTick !== false,
        padding: 6,
        callback: (value: number | string) => tickLabel(Number(value), axis === "y" && percent === true),
      },
      ...(axis === "y" && {
        afterFit: (scale: { width: number }) => {
          scale.width = axisWidth;
        },
      }),
    };
  }

  #dataset(line: Line): ChartDataset<"line", { x: number; y: number }[]> {
    const colour = this.#palette[line.colour];
    return {
      data: points(line),
      borderColor: withStrength(colour, line.strength ?? 1),
      borderWidth: line.width,
      borderDash: [...(line.dash ?? [])],
      ...(line.fillToNext !== undefined && {
        fill: "+1",
        backgroundColor: withStrength(colour, line.fillToNext),
      }),
    };
  }
}

function points({ x, y }: Line): { x: number; y: number }[] {
  const result = new Array<{ x: number; y: number }>(x.length);
  for (let i = 0; i < x.length; i++) result[i] = { x: x[i]!, y: y[i]! };
  return result;
}

function tickLabel(value: number, percent: boolean): string {
  const shown = Number((percent ? value * 100 : value).toPrecision(6));
  if (Math.abs(shown) >= 10_000) return `${formatExact(shown / 1000)} k`;
  return percent ? `${formatExact(shown)} %` : formatExact(shown);
}

/** The colour with less strength, for what stands behind. */
function withStrength(colour: string, strength: number): string {
  if (strength >= 1) return colour;
  return `color-mix(in srgb, ${colour} ${Math.round(strength * 100)}%, transparent)`;
}
