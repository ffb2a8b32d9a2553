import { type OperatorRow, type Parameter, problem } from "../operator.ts";
import { DIMENSION, scan } from "./lanes.ts";
import { TENSOR } from "./pointwise.ts";
import { along, normaliseAxis } from "./shapeRules.ts";

const FIRST_AXIS: readonly Parameter[] = [TENSOR, DIMENSION];
const LAST_AXIS: readonly Parameter[] = [TENSOR, { kind: "axis", name: "dim", default: -1 }];

function axis(name: string) {
  return { torch: `torch.${name}(x, dim)`, jax: `jnp.${name}(x, axis)`, numpy: `np.${name}(x, axis)` };
}

/** Σ eˣ⁻ᵐ over a lane, and m, its largest element. */
function shiftedSum(
  data: Float64Array,
  start: number,
  stride: number,
  length: number,
): [sum: number, largest: number] {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) largest = Math.max(largest, data[start + i * stride]!);
  let sum = 0;
  for (let i = 0; i < length; i++) sum += Math.exp(data[start + i * stride]! - largest);
  return [sum, largest];
}

function dot(a: Float64Array, b: Float64Array, start: number, stride: number, length: number): number {
  let total = 0;
  for (let i = 0, at = start; i < length; i++, at += stride) total += a[at]! * b[at]!;
  return total;
}

const flip: OperatorRow = {
  name: "flip",
  aliases: [],
  family: "scan",
  parameters: [TENSOR, { kind: "axes", name: "dims" }],
  doc: "x in reverse along dims.",
  spelling: { torch: "torch.flip(x, [0])", jax: "jnp.flip(x, 0)", numpy: "np.flip(x, 0)" },
  shape: ([operand], settings) => {
    const rank = operand!.shape.length;
    const axes = settings.axes ?? [...operand!.shape.keys()];
    const normal: number[] = [];
    for (const given of axes) {
      const found = normaliseAxis(given, rank);
      if (typeof found === "object") return found;
      if (normal.includes(found))
        return problem("axis", `the axis ${given} is named twice`, "name each axis once");
      normal.push(found);
    }
    return { shape: operand!.shape, boolean: operand!.boolean, settings: { axes: normal } };
  },
  forward: (frame) => {
    const x = frame.operands[0]!.value;
    eachFlipped(frame, (to, from) => {
      frame.value[to] = x[from]!;
    });
  },
  backward: (frame) => {
    const operand = frame.operands[0]!;
    if (!operand.wanted) return;
    eachFlipped(frame, (to, from) => {
      operand.adjoint[from]! += frame.adjoint[to]!;
    });
  },
};

function eachFlipped(
  frame: Parameters<OperatorRow["forward"]>[0],
  visit: (to: number, from: number) => void,
): void {
  const axes = frame.settings.axes!;
  const byRow = frame.shape.length === 2 && axes.includes(0);
  const byColumn = axes.includes(frame.shape.length === 2 ? 1 : 0);
  const { rows, columns } = frame;
  for (let row = 0; row < rows; row++) {
    const fromRow = (byRow ? rows - 1 - row : row) * columns;
    for (let column = 0; column < columns; column++) {
      visit(row * columns + column, fromRow + (byColumn ? columns - 1 - column : column));
    }
  }
}

/** What keeps a lane's length: running sums and products, reversal, softmax. */
export const SCANS: readonly OperatorRow[] = [
  scan({
    name: "cumsum",
    parameters: FIRST_AXIS,
    doc: "Running sums along dim: y_t = x_0 + … + x_t.",
    spelling: axis("cumsum"),
    shape: along,
    scan: (out, data, start, stride, length) => {
      let total = 0;
      for (let i = 0, at = start; i < length; i++, at += stride) out[at] = total += data[at]!;
    },
    gradient: (into, _data, _y, dy, start, stride, length) => {
      let total = 0;
      for (let i = length - 1, at = start + i * stride; i >= 0; i--, at -= stride)
        into[at]! += total += dy[at]!;
    },
  }),
  scan({
    name: "cumprod",
    parameters: FIRST_AXIS,
    doc: "Running products along dim: y_t = x_0 · … · x_t.",
    spelling: axis("cumprod"),
    scan: (out, data, start, stride, length) => {
      let total = 1;
      for (let i = 0, at = start; i < length; i++, at += stride) out[at] = total *= data[at]!;
    },
    gradient: (into, data, y, dy, start, stride, length) => {
      let weight = 0;
      for (let i = length - 1, at = start + i * stride; i >= 0; i--, at -= stride) {
        weight = dy[at]! + (i + 1 < length ? data[at + stride]! * weight : 0);
        into[at]! += (i > 0 ? y[at - stride]! : 1) * weight;
      }
    },
  }),
  flip,
  scan({
    name: "softmax",
    family: "distribution",
    parameters: LAST_AXIS,
    doc: "eˣ / Σeˣ along dim (the last one if left out).",
    spelling: {
      torch: "F.softmax(x, dim)",
      jax: "jax.nn.softmax(x, axis)",
      numpy: "scipy.special.softmax(x, axis)",
    },
    scan: (out, data, start, stride, length) => {
      const [sum, largest] = shiftedSum(data, start, stride, length);
      for (let i = 0, at = start; i < length; i++, at += stride)
        out[at] = Math.exp(data[at]! - largest) / sum;
    },
    gradient: (into, _data, y, dy, start, stride, length) => {
      const mean = dot(y, dy, start, stride, length);
      for (let i = 0, at = start; i < length; i++, at += stride) into[at]! += y[at]! * (dy[at]! - mean);
    },
  }),
  scan({
    name: "log_softmax",
    family: "distribution",
    parameters: LAST_AXIS,
    doc: "x - ln Σeˣ along dim (the last one if left out), without overflow.",
    spelling: {
      torch: "F.log_softmax(x, dim)",
      jax: "jax.nn.log_softmax(x, axis)",
      numpy: "scipy.special.log_softmax(x, axis)",
    },
    scan: (out, data, start, stride, length) => {
      const [sum, largest] = shiftedSum(data, start, stride, length);
      const shift = largest + Math.log(sum);
      for (let i = 0, at = start; i < length; i++, at += stride) out[at] = data[at]! - shift;
    },
    gradient: (into, _data, y, dy, start, stride, length) => {
      let total = 0;
      for (let i = 0, at = start; i < length; i++, at += stride) total += dy[at]!;
      for (let i = 0, at = start; i < length; i++, at += stride)
        into[at]! += dy[at]! - Math.exp(y[at]!) * total;
    },
  }),
];
