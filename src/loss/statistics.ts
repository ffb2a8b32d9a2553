import type { TextRange } from "./diagnostic.ts";
import type { CompiledLoss, Evaluation, NodeValue } from "./evaluate.ts";
import type { Shape } from "./tensor.ts";

/** What a hover says about one value. Minimum to deviation are over the finite elements; NaN where there are none. */
export interface Statistics {
  readonly shape: Shape;
  readonly count: number;
  readonly minimum: number;
  readonly mean: number;
  readonly maximum: number;
  /** With n - 1 below, as `std`. */
  readonly deviation: number;
  readonly notANumber: number;
  readonly infinite: number;
  /** The first elements, at most as many as asked for. */
  readonly first: readonly number[];
  readonly sparkline: string;
}

export interface StatisticsOptions {
  /** Characters of the sparkline; 24 if left out. */
  readonly width?: number;
  /** Elements in `first`; 5 if left out. */
  readonly first?: number;
}

interface Moments {
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  readonly deviation: number;
  readonly notANumber: number;
  readonly infinite: number;
}

function momentsOf(values: Float64Array): Moments {
  let [minimum, maximum, sum, finite, notANumber] = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    0,
    0,
  ];
  for (const value of values) {
    if (Number.isNaN(value)) notANumber++;
    if (!Number.isFinite(value)) continue;
    finite++;
    sum += value;
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
  }
  const infinite = values.length - finite - notANumber;
  if (finite === 0) {
    return {
      minimum: Number.NaN,
      maximum: Number.NaN,
      mean: Number.NaN,
      deviation: Number.NaN,
      notANumber,
      infinite,
    };
  }
  const mean = sum / finite;
  let squares = 0;
  for (const value of values) if (Number.isFinite(value)) squares += (value - mean) ** 2;
  const deviation = finite > 1 ? Math.sqrt(squares / (finite - 1)) : Number.NaN;
  return { minimum, maximum, mean, deviation, notANumber, infinite };
}

const BARS = "▁▂▃▄▅▆▇█";
const BROKEN = "×";

/** Of one bin the element farthest from the mean, so that peaks survive; NaN where the bin holds no finite one. */
function outlier(values: Float64Array, from: number, to: number, mean: number): number {
  let farthest = Number.NaN;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (Number.isNaN(farthest) || Math.abs(value - mean) > Math.abs(farthest - mean)) farthest = value;
  }
  return farthest;
}

function bar(value: number, minimum: number, maximum: number): string {
  if (Number.isNaN(value)) return BROKEN;
  if (maximum === minimum) return "▄";
  const part =
    maximum - minimum === Infinity ? value / maximum / 2 + 0.5 : (value - minimum) / (maximum - minimum);
  return BARS[Math.min(BARS.length - 1, Math.max(0, Math.floor(part * BARS.length)))]!;
}

/**
 * Values as a line of bars from their smallest to their largest. Where there are more values than `width`, each bar
 * shows the one of its bin that lies farthest from the mean; × stands for bins without a finite value.
 */
export function sparkline(values: Float64Array, width = 24): string {
  const { minimum, maximum, mean } = momentsOf(values);
  const bins = Math.min(width, values.length);
  let line = "";
  for (let bin = 0; bin < bins; bin++) {
    const from = Math.floor((bin * values.length) / bins);
    const to = Math.floor(((bin + 1) * values.length) / bins);
    line += bar(outlier(values, from, to, mean), minimum, maximum);
  }
  return line;
}

/** Sums up the elements of a value or of an adjoint. */
export function statisticsOf(
  values: Float64Array,
  shape: Shape,
  options: StatisticsOptions = {},
): Statistics {
  return {
    shape,
    count: values.length,
    ...momentsOf(values),
    first: Array.from(values.subarray(0, options.first ?? 5)),
    sparkline: sparkline(values, options.width),
  };
}

/** Where a NaN or an infinity first arose. */
export interface NonFiniteOrigin extends TextRange {
  /** The id of the expression. */
  readonly id: number;
  readonly text: string;
  readonly value: number;
  /** The place of the first such element, row by row. */
  readonly index: number;
}

function firstIndex(node: NodeValue, isBroken: (value: number) => boolean): number {
  return node.boolean ? -1 : node.value.findIndex(isBroken);
}

function originOf(
  compiled: CompiledLoss,
  evaluation: Evaluation,
  isBroken: (value: number) => boolean,
): NonFiniteOrigin | undefined {
  const { nodes, text } = compiled.program;
  for (const { id, start, end } of nodes) {
    const node = evaluation.node(id);
    const index = node ? firstIndex(node, isBroken) : -1;
    if (node && index >= 0)
      return { id, start, end, text: text.slice(start, end), value: node.value[index]!, index };
  }
  return undefined;
}

/**
 * The first expression, operands before what uses them, that holds a NaN; where none does, the first that holds an
 * infinity; undefined where everything is finite.
 */
export function firstNonFinite(compiled: CompiledLoss, evaluation: Evaluation): NonFiniteOrigin | undefined {
  return (
    originOf(compiled, evaluation, Number.isNaN) ??
    originOf(compiled, evaluation, (value) => !Number.isFinite(value))
  );
}
