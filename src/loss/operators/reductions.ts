import type { Settings } from "../callSettings.ts";
import { type OperatorRow, type Parameter, problem, type ShapeRule } from "../operator.ts";
import { DIMENSION, type Fold, type FoldGradient, fold, KEEP } from "./lanes.ts";
import { none, TENSOR } from "./pointwise.ts";
import { floatsOnly, normaliseAxis, notEmpty, reduction } from "./shapeRules.ts";

const sumLane: Fold = (data, start, stride, length) => {
  let total = 0;
  for (let i = 0, at = start; i < length; i++, at += stride) total += data[at]!;
  return total;
};

function spread(into: Float64Array, start: number, stride: number, length: number, amount: number): void {
  for (let i = 0, at = start; i < length; i++, at += stride) into[at]! += amount;
}

const productLane: Fold = (data, start, stride, length) => {
  let total = 1;
  for (let i = 0, at = start; i < length; i++, at += stride) total *= data[at]!;
  return total;
};

/** Each element's gradient is the product of all the others, without a division, so that zeros are right. */
const productGradient: FoldGradient = (into, data, start, stride, length, _y, g) => {
  const after = new Float64Array(length + 1);
  after[length] = 1;
  for (let i = length - 1; i >= 0; i--) after[i] = after[i + 1]! * data[start + i * stride]!;
  let before = 1;
  for (let i = 0; i < length; i++) {
    const at = start + i * stride;
    into[at]! += g * (before * after[i + 1]!);
    before *= data[at]!;
  }
};

function extreme(choose: (a: number, b: number) => number): Fold {
  return (data, start, stride, length) => {
    let best = data[start]!;
    for (let i = 1, at = start + stride; i < length; i++, at += stride) best = choose(best, data[at]!);
    return best;
  };
}

/** Shared equally among all elements that equal the result; NaN elements share where the result is NaN. */
const shareTies: FoldGradient = (into, data, start, stride, length, y, g) => {
  const takes = Number.isNaN(y) ? Number.isNaN : (x: number) => x === y;
  let ties = 0;
  for (let i = 0; i < length; i++) if (takes(data[start + i * stride]!)) ties++;
  for (let i = 0; i < length; i++) {
    const at = start + i * stride;
    if (takes(data[at]!)) into[at]! += g / ties;
  }
};

function variance(
  data: Float64Array,
  start: number,
  stride: number,
  length: number,
  settings: Settings,
): number {
  const mean = sumLane(data, start, stride, length, settings) / length;
  let squares = 0;
  for (let i = 0, at = start; i < length; i++, at += stride)
    squares += (data[at]! - mean) * (data[at]! - mean);
  const degrees = length - settings.correction!;
  return squares / Math.max(degrees, 0);
}

const varianceGradient: FoldGradient = (into, data, start, stride, length, _y, g, settings) => {
  const mean = sumLane(data, start, stride, length, settings) / length;
  const factor = (2 / (length - settings.correction!)) * g;
  for (let i = 0, at = start; i < length; i++, at += stride) into[at]! += factor * (data[at]! - mean);
};

const deviationGradient: FoldGradient = (into, data, start, stride, length, y, g, settings) =>
  varianceGradient(into, data, start, stride, length, y, y === 0 ? 0 : g / (2 * y), settings);

const norm: Fold = (data, start, stride, length, settings) => {
  let total = 0;
  if (settings.integer === 1) {
    for (let i = 0, at = start; i < length; i++, at += stride) total += Math.abs(data[at]!);
    return total;
  }
  for (let i = 0, at = start; i < length; i++, at += stride) total += data[at]! * data[at]!;
  return Math.sqrt(total);
};

const normGradient: FoldGradient = (into, data, start, stride, length, y, g, settings) => {
  const factor = y === 0 ? 0 : g / y;
  for (let i = 0, at = start; i < length; i++, at += stride) {
    const x = data[at]!;
    into[at]! += settings.integer === 1 ? g * Math.sign(x) : x * factor;
  }
};

const logSumExp: Fold = (data, start, stride, length) => {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0, at = start; i < length; i++, at += stride) largest = Math.max(largest, data[at]!);
  const shift = Math.abs(largest) === Infinity ? 0 : largest;
  let total = 0;
  for (let i = 0, at = start; i < length; i++, at += stride) total += Math.exp(data[at]! - shift);
  return Math.log(total) + shift;
};

const logSumExpGradient: FoldGradient = (into, data, start, stride, length, y, g) => {
  for (let i = 0, at = start; i < length; i++, at += stride) into[at]! += g * Math.exp(data[at]! - y);
};

const UNBIASED: Parameter = { kind: "flag", name: "unbiased", default: true };
const CORRECTION: Parameter = {
  kind: "integer",
  name: "correction",
  aliases: ["ddof"],
  setting: "correction",
  default: null,
};
const POPULATION = { numpy: { correction: 0 }, jax: { correction: 0 } };
const SPREAD_PARAMETERS: readonly Parameter[] = [TENSOR, DIMENSION, UNBIASED, KEEP, CORRECTION];

const normRule: ShapeRule = (operands, settings) =>
  settings.integer === 1 || settings.integer === 2
    ? reduction(operands, settings)
    : problem("argument", `norm of order ${settings.integer} is not offered`, "p may be 1 or 2");

function along(name: string) {
  return {
    torch: `torch.${name}(x, dim)`,
    jax: `jnp.${name}(x, axis)`,
    numpy: `np.${name}(x, axis)`,
  };
}

const countRule: ShapeRule = () => ({ shape: [], number: true });

const lengthRule: ShapeRule = ([operand], settings) => {
  if (operand!.shape.length === 0)
    return problem("argument", "a scalar has no length", "numel() gives its number of elements, 1");
  const axis = normaliseAxis(settings.integer!, operand!.shape.length);
  return typeof axis === "object" ? axis : { shape: [], number: true, settings: { axis } };
};

/** Everything that makes one number of many. Sums run from the first element to the last, always. */
export const REDUCTIONS: readonly OperatorRow[] = [
  fold({
    name: "sum",
    doc: "The sum over dim, or over everything; added from the first element to the last.",
    spelling: along("sum"),
    shape: reduction,
    fold: sumLane,
    gradient: (into, _data, start, stride, length, _y, g) => spread(into, start, stride, length, g),
  }),
  fold({
    name: "mean",
    aliases: ["average"],
    doc: "The sum divided by the number of elements; NaN of none.",
    spelling: along("mean"),
    fold: (data, start, stride, length, settings) => sumLane(data, start, stride, length, settings) / length,
    gradient: (into, _data, start, stride, length, _y, g) => spread(into, start, stride, length, g / length),
  }),
  fold({
    name: "prod",
    doc: "The product; 1 of no elements.",
    spelling: along("prod"),
    fold: productLane,
    gradient: productGradient,
  }),
  fold({
    name: "amax",
    doc: "The largest element; its gradient is shared equally among ties.",
    spelling: { torch: "torch.amax(x, dim)", jax: "jnp.max(x, axis)", numpy: "np.max(x, axis)" },
    shape: notEmpty("the largest", reduction),
    fold: extreme(Math.max),
    gradient: shareTies,
  }),
  fold({
    name: "amin",
    doc: "The smallest element; its gradient is shared equally among ties.",
    spelling: { torch: "torch.amin(x, dim)", jax: "jnp.min(x, axis)", numpy: "np.min(x, axis)" },
    shape: notEmpty("the smallest", reduction),
    fold: extreme(Math.min),
    gradient: shareTies,
  }),
  fold({
    name: "var",
    aliases: ["variance"],
    parameters: SPREAD_PARAMETERS,
    libraryDefaults: POPULATION,
    doc: "Σ(x - mean)² / (n - correction); correction is 1 as in PyTorch (0 for np. and jnp. and unbiased=False); NaN of one element.",
    spelling: { torch: "torch.var(x)", jax: "jnp.var(x, ddof=1)", numpy: "np.var(x, ddof=1)" },
    fold: variance,
    gradient: varianceGradient,
  }),
  fold({
    name: "std",
    parameters: SPREAD_PARAMETERS,
    libraryDefaults: POPULATION,
    doc: "√var, with the same correction: 1 as in PyTorch, 0 for np. and jnp.; the gradient where it is 0 is 0.",
    spelling: { torch: "torch.std(x)", jax: "jnp.std(x, ddof=1)", numpy: "np.std(x, ddof=1)" },
    fold: (data, start, stride, length, settings) =>
      Math.sqrt(variance(data, start, stride, length, settings)),
    gradient: deviationGradient,
  }),
  fold({
    name: "norm",
    parameters: [
      TENSOR,
      { kind: "integer", name: "p", aliases: ["ord"], setting: "integer", default: 2 },
      DIMENSION,
      KEEP,
    ],
    doc: "√Σx² (p=2) or Σ|x| (p=1); its gradient at 0 is 0.",
    spelling: { torch: "torch.norm(x)", jax: "jnp.linalg.norm(x)", numpy: "np.linalg.norm(x)" },
    shape: floatsOnly("norm", normRule),
    fold: norm,
    gradient: normGradient,
  }),
  fold({
    name: "logsumexp",
    doc: "ln Σeˣ without overflow.",
    spelling: {
      torch: "torch.logsumexp(x, dim)",
      jax: "jax.nn.logsumexp(x, axis)",
      numpy: "scipy.special.logsumexp(x, axis)",
    },
    fold: logSumExp,
    gradient: logSumExpGradient,
  }),
  fold({
    name: "numel",
    parameters: [TENSOR],
    doc: "The number of elements, a plain number.",
    spelling: { torch: "x.numel()", jax: "x.size", numpy: "x.size" },
    shape: countRule,
    derivative: "zero",
    fold: (_data, _start, _stride, length) => length,
  }),
  {
    name: "length",
    aliases: ["len", "size"],
    family: "reduction",
    parameters: [TENSOR, { kind: "integer", name: "dim", setting: "integer", default: 0 }],
    doc: "The number of elements along dim, a plain number: len(r) is T.",
    spelling: { torch: "x.size(dim)", jax: "x.shape[dim]", numpy: "x.shape[dim]" },
    shape: lengthRule,
    derivative: "zero",
    forward: (frame) => {
      frame.value[0] = frame.operands[0]!.shape[frame.settings.axis!]!;
    },
    backward: none,
  },
];
