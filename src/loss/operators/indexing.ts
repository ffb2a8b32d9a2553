import type { Grid, IndexRange } from "../callSettings.ts";
import type { Frame } from "../frame.ts";
import { type OperatorRow, type Problem, problem, type Resulting } from "../operator.ts";
import {
  compareSizes,
  formatShape,
  formatSize,
  looseSize,
  type Size,
  type SymbolicShape,
} from "../shapes.ts";
import { TENSOR } from "./pointwise.ts";
import { normaliseAxis } from "./shapeRules.ts";

interface AxisCut {
  readonly start: number;
  readonly step: number;
  readonly size: Size;
  readonly kept: boolean;
}

function shifted(size: Exclude<Size, number>, offset: number): Size {
  return { ...size, offset: size.offset + offset };
}

/** The length of `[start:stop:step]` of a size that is not known yet. */
function symbolicLength(size: Exclude<Size, number>, range: IndexRange & { kind: "slice" }): Size {
  const start = range.start ?? 0;
  const { stop, step } = range;
  const exact = step === 1 && !size.loose && start >= 0 && (stop === undefined || stop < 0);
  if (exact) return shifted(size, (stop ?? 0) - start);
  const words = `${range.start ?? ""}:${stop ?? ""}${step === 1 ? "" : `:${step}`}`;
  return looseSize(`${formatSize(size)}[${words}]`);
}

function concreteSlice(size: number, range: IndexRange & { kind: "slice" }): AxisCut {
  const clip = (bound: number) => Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size);
  const start = clip(range.start ?? 0);
  const stop = clip(range.stop ?? size);
  return { start, step: range.step, size: Math.max(0, Math.ceil((stop - start) / range.step)), kept: true };
}

function cutAxis(
  size: Size,
  range: Exclude<IndexRange, { kind: "new" }>,
  shape: SymbolicShape,
): AxisCut | Problem {
  if (range.kind === "slice") {
    if (typeof size === "number") return concreteSlice(size, range);
    return { start: 0, step: range.step, size: symbolicLength(size, range), kept: true };
  }
  if (typeof size !== "number") return { start: 0, step: 1, size: 1, kept: false };
  const at = range.at < 0 ? range.at + size : range.at;
  if (at >= 0 && at < size) return { start: at, step: 1, size: 1, kept: false };
  const allowed = size === 0 ? "there is no element at all" : `the indices go from ${-size} to ${size - 1}`;
  return problem("index", `index ${range.at} is outside of ${formatShape(shape)}`, allowed);
}

function indexShape(shape: SymbolicShape, entries: readonly IndexRange[]): Resulting | Problem {
  const named = entries.filter((entry) => entry.kind !== "new").length;
  if (named > shape.length)
    return problem(
      "index",
      `${named} indices for the shape ${formatShape(shape)}`,
      `give at most ${shape.length}`,
    );
  const cuts: AxisCut[] = [];
  const result: Size[] = [];
  for (const entry of [...entries, ...Array<IndexRange>(shape.length - named).fill(WHOLE)]) {
    if (entry.kind === "new") {
      result.push(1);
      continue;
    }
    const cut = cutAxis(shape[cuts.length]!, entry, shape);
    if ("problem" in cut) return cut;
    cuts.push(cut);
    if (cut.kept) result.push(cut.size);
  }
  if (result.length > 2)
    return problem("rank", `${formatShape(result)} has more than two dimensions`, "values have at most two");
  return { shape: result, settings: { grid: gridOf(cuts) } };
}

const WHOLE: IndexRange = { kind: "slice", start: undefined, stop: undefined, step: 1 };

function gridOf(cuts: readonly AxisCut[]): Grid {
  const row = cuts.length === 2 ? cuts[0] : undefined;
  const column = cuts.at(-1);
  return {
    rowStart: row?.start ?? 0,
    rowStep: row?.step ?? 1,
    rows: asNumber(row?.size),
    columnStart: column?.start ?? 0,
    columnStep: column?.step ?? 1,
    columns: asNumber(column?.size),
  };
}

function asNumber(size: Size | undefined): number {
  return typeof size === "number" ? size : 1;
}

function eachPlace(frame: Frame, visit: (to: number, from: number) => void): void {
  const grid = frame.settings.grid!;
  const { columns } = frame.operands[0]!;
  let to = 0;
  for (let row = 0; row < grid.rows; row++) {
    const start = (grid.rowStart + row * grid.rowStep) * columns + grid.columnStart;
    for (let column = 0; column < grid.columns; column++) visit(to++, start + column * grid.columnStep);
  }
}

function copyForward(frame: Frame): void {
  frame.value.set(frame.operands[0]!.value);
}

function copyBackward(frame: Frame): void {
  const operand = frame.operands[0]!;
  if (!operand.wanted) return;
  for (let i = 0; i < frame.count; i++) operand.adjoint[i]! += frame.adjoint[i]!;
}

/** Where row `i` of a gather reads: its own lane along the axis, at the index given. */
function gatherPlace(frame: Frame, i: number): number {
  const source = frame.operands[0]!;
  const index = frame.operands[1]!.value[i]!;
  const byRow = frame.settings.axis === 0 && source.shape.length === 2;
  const size = byRow ? source.rows : source.columns;
  if (!(Number.isInteger(index) && index >= 0 && index < size)) {
    frame.fault = `the index ${index} at place ${i} is no whole number from 0 to ${size - 1}`;
    return -1;
  }
  if (source.shape.length < 2) return index;
  const column = i % frame.columns;
  const row = (i - column) / frame.columns;
  return byRow ? index * source.columns + column : row * source.columns + index;
}

const gather: OperatorRow = {
  name: "gather",
  aliases: ["take_along_dim"],
  family: "shaping",
  parameters: [TENSOR, { kind: "axis", name: "dim", default: -1 }, { kind: "tensor", name: "index" }],
  doc: "Picks along dim the element that index names, as log_softmax(logits, 1).gather(1, a.unsqueeze(1)).",
  spelling: {
    torch: "x.gather(dim, index)",
    jax: "jnp.take_along_axis(x, index, dim)",
    numpy: "np.take_along_axis(x, index, dim)",
  },
  shape: ([source, index], settings) => {
    const rank = source!.shape.length;
    const axis = normaliseAxis(settings.axis ?? -1, rank);
    if (typeof axis === "object") return axis;
    if (index!.shape.length !== rank) return gatherClash(source!.shape, index!.shape);
    const other = 1 - axis;
    if (rank === 2 && compareSizes(source!.shape[other]!, index!.shape[other]!) === "different")
      return gatherClash(source!.shape, index!.shape);
    return { shape: index!.shape, settings: { axis } };
  },
  forward: (frame) => {
    for (let i = 0; i < frame.count; i++) {
      const place = gatherPlace(frame, i);
      frame.value[i] = place < 0 ? Number.NaN : frame.operands[0]!.value[place]!;
    }
  },
  backward: (frame) => {
    const source = frame.operands[0]!;
    if (!source.wanted) return;
    for (let i = 0; i < frame.count; i++) {
      const place = gatherPlace(frame, i);
      if (place >= 0) source.adjoint[place]! += frame.adjoint[i]!;
    }
  },
};

function gatherClash(source: SymbolicShape, index: SymbolicShape): Problem {
  const message = `an index of shape ${formatShape(index)} does not fit ${formatShape(source)}`;
  return problem("shape", message, "give one index per row, as a.unsqueeze(1)");
}

/** Indices, slices and what changes a shape without changing a number. */
export const INDEXING: readonly OperatorRow[] = [
  {
    name: "index",
    aliases: [],
    family: "shaping",
    parameters: [TENSOR],
    doc: "x[i], x[i:j:k], x[:, i], x[:, None]: Python's indices and slices; the step must be positive.",
    spelling: { torch: "x[…]", jax: "x[…]", numpy: "x[…]" },
    shape: ([operand], settings) => {
      const result = indexShape(operand!.shape, settings.entries!);
      return "problem" in result ? result : { ...result, boolean: operand!.boolean };
    },
    forward: (frame) => {
      const x = frame.operands[0]!.value;
      eachPlace(frame, (to, from) => {
        frame.value[to] = x[from]!;
      });
    },
    backward: (frame) => {
      const operand = frame.operands[0]!;
      if (!operand.wanted) return;
      eachPlace(frame, (to, from) => {
        operand.adjoint[from]! += frame.adjoint[to]!;
      });
    },
  },
  {
    name: "unsqueeze",
    aliases: ["expand_dims"],
    family: "shaping",
    parameters: [TENSOR, { kind: "axis", name: "dim" }],
    doc: "x with a new axis of size 1 at dim: [T] becomes [T, 1] with dim=1.",
    spelling: { torch: "x.unsqueeze(dim)", jax: "jnp.expand_dims(x, dim)", numpy: "np.expand_dims(x, dim)" },
    shape: ([operand], settings) => {
      const { shape } = operand!;
      if (shape.length === 2)
        return problem("rank", "a third dimension is not possible", "values have at most two");
      const axis = normaliseAxis(settings.axis!, shape.length + 1);
      if (typeof axis === "object") return axis;
      return { shape: shape.toSpliced(axis, 0, 1), boolean: operand!.boolean };
    },
    forward: copyForward,
    backward: copyBackward,
  },
  {
    name: "squeeze",
    aliases: [],
    family: "shaping",
    parameters: [TENSOR, { kind: "axis", name: "dim", default: null }],
    doc: "x without its axes of size 1, or without axis dim if its size is 1.",
    spelling: { torch: "x.squeeze(dim)", jax: "jnp.squeeze(x, dim)", numpy: "np.squeeze(x, dim)" },
    shape: ([operand], settings) => {
      const { shape } = operand!;
      const axis = settings.axis === undefined ? undefined : normaliseAxis(settings.axis, shape.length);
      if (typeof axis === "object") return axis;
      const kept = shape.filter((size, at) => size !== 1 || (axis !== undefined && at !== axis));
      return { shape: kept, boolean: operand!.boolean };
    },
    forward: copyForward,
    backward: copyBackward,
  },
  gather,
];
