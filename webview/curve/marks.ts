import type { CurveView } from "../../src/protocol/engine.ts";
import type { LineChart } from "../charts/lineChart.ts";
import type { CurveMetric } from "../state.ts";
import type { Palette } from "../theme.ts";
import { nearestPoint } from "./lines.ts";

/** Draws what is worth finding again: kept updates as ticks, pinned ones as dots, changes of the loss as dashes. */
export function drawMarks(
  context: CanvasRenderingContext2D,
  chart: LineChart,
  palette: Palette,
  curve: CurveView,
  metric: CurveMetric,
): void {
  context.save();
  drawKept(context, chart, palette, curve);
  drawLossChanges(context, chart, palette, curve);
  drawPinned(context, chart, palette, curve, metric);
  context.restore();
}

function drawKept(
  context: CanvasRenderingContext2D,
  chart: LineChart,
  palette: Palette,
  curve: CurveView,
): void {
  context.fillStyle = palette.quiet;
  const { bottom } = chart.area;
  for (const update of curve.kept) context.fillRect(Math.round(chart.pixel("x", update)), bottom - 4, 1, 4);
}

function drawLossChanges(
  context: CanvasRenderingContext2D,
  chart: LineChart,
  palette: Palette,
  curve: CurveView,
): void {
  context.strokeStyle = palette.purple;
  context.fillStyle = palette.purple;
  context.font = `${palette.fontSize}px ${palette.fontFamily}`;
  context.setLineDash([2, 3]);
  const { top, bottom } = chart.area;
  for (const { update } of curve.lossChanges) {
    if (update <= 1) continue;
    const x = Math.round(chart.pixel("x", update)) + 0.5;
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, bottom);
    context.stroke();
    context.fillText("loss", x + 3, top + palette.fontSize);
  }
  context.setLineDash([]);
}

function drawPinned(
  context: CanvasRenderingContext2D,
  chart: LineChart,
  palette: Palette,
  curve: CurveView,
  metric: CurveMetric,
): void {
  context.fillStyle = palette.accent;
  context.strokeStyle = palette.background;
  for (const { update } of curve.pinned) {
    const value = curve.columns[metric].maximum[nearestPoint(curve.update, update)] ?? Number.NaN;
    context.beginPath();
    context.arc(chart.pixel("x", update), chart.pixel("y", value), 4, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}
