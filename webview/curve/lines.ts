import type { CurveView } from "../../src/protocol/engine.ts";
import type { Column } from "../../src/protocol/views.ts";
import type { Line } from "../charts/lineChart.ts";
import type { CurveMetric } from "../state.ts";

/** The lines of a metric: the average stands over each episode's return, the others alone. */
export function curveLines(curve: CurveView, metric: CurveMetric): readonly Line[] {
  const { columns } = curve;
  if (metric !== "averageReturn") return [zigzag(curve.update, columns[metric], "blue", 1, 1)];
  return [
    zigzag(curve.update, columns.return, "blue", 1, 0.45),
    zigzag(curve.update, columns.averageReturn, "blue", 2, 1),
  ];
}

/** Passes through minimum and maximum of every bucket; one point where they are equal. */
function zigzag(
  update: Float64Array,
  column: Column,
  colour: Line["colour"],
  width: number,
  strength: number,
): Line {
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < update.length; i++) {
    const low = column.minimum[i]!;
    const high = column.maximum[i]!;
    x.push(update[i]!);
    y.push(i % 2 === 0 ? low : high);
    if (low === high || (Number.isNaN(low) && Number.isNaN(high))) continue;
    x.push(update[i]!);
    y.push(i % 2 === 0 ? high : low);
  }
  return { x, y, colour, width, strength };
}

/** Index of the value nearest to `wanted` in an ascending array. */
export function nearestPoint(ascending: Float64Array, wanted: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  const before = low - 1;
  const nearer = before >= 0 && wanted - ascending[before]! <= ascending[low]! - wanted;
  return nearer ? before : low;
}
