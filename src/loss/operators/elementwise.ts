import type { OperatorRow, Parameter } from "../operator.ts";
import { binary, manyary, none, spelt, TENSOR, unary } from "./pointwise.ts";
import { elementwise, floatsOnly } from "./shapeRules.ts";

/** An extra number, such as a slope; a tensor operand so that it may be a slider with a derivative. */
function extra(name: string, value: number, aliases: readonly string[] = []): Parameter {
  return { kind: "tensor", name, aliases, default: value };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

const SOFTPLUS_THRESHOLD = 20;

const SMOOTH: readonly OperatorRow[] = [
  unary({
    name: "exp",
    doc: "The exponential, eˣ.",
    spelling: spelt("exp"),
    value: Math.exp,
    gradient: (g, _x, y) => g * y,
  }),
  unary({
    name: "expm1",
    doc: "eˣ - 1, exact near 0.",
    spelling: spelt("expm1"),
    value: Math.expm1,
    gradient: (g, _x, y) => g * (y + 1),
  }),
  unary({
    name: "log",
    aliases: ["ln"],
    doc: "The natural logarithm; -Infinity at 0, NaN below.",
    spelling: spelt("log"),
    value: Math.log,
    gradient: (g, x) => g / x,
  }),
  unary({
    name: "log1p",
    doc: "ln(1 + x), exact near 0.",
    spelling: spelt("log1p"),
    value: Math.log1p,
    gradient: (g, x) => g / (x + 1),
  }),
  unary({
    name: "log2",
    doc: "The logarithm to base 2.",
    spelling: spelt("log2"),
    value: Math.log2,
    gradient: (g, x) => g / (x * Math.LN2),
  }),
  unary({
    name: "log10",
    doc: "The logarithm to base 10.",
    spelling: spelt("log10"),
    value: Math.log10,
    gradient: (g, x) => g / (x * Math.LN10),
  }),
  unary({
    name: "sqrt",
    doc: "√x; its gradient at 0 is Infinity.",
    spelling: spelt("sqrt"),
    value: Math.sqrt,
    gradient: (g, _x, y) => g / (2 * y),
  }),
  unary({
    name: "rsqrt",
    doc: "1 / √x.",
    spelling: { torch: "torch.rsqrt(x)", jax: "jax.lax.rsqrt(x)", numpy: "1 / np.sqrt(x)" },
    value: (x) => 1 / Math.sqrt(x),
    gradient: (g, _x, y) => -0.5 * g * y * y * y,
  }),
  unary({
    name: "square",
    doc: "The square, x².",
    spelling: spelt("square"),
    value: (x) => x * x,
    gradient: (g, x) => g * (2 * x),
  }),
  unary({
    name: "reciprocal",
    doc: "1 / x.",
    spelling: spelt("reciprocal"),
    value: (x) => 1 / x,
    gradient: (g, _x, y) => -g * (y * y),
  }),
  unary({
    name: "sin",
    doc: "The sine.",
    spelling: spelt("sin"),
    value: Math.sin,
    gradient: (g, x) => g * Math.cos(x),
  }),
  unary({
    name: "cos",
    doc: "The cosine.",
    spelling: spelt("cos"),
    value: Math.cos,
    gradient: (g, x) => -g * Math.sin(x),
  }),
  unary({
    name: "tanh",
    doc: "The hyperbolic tangent.",
    spelling: spelt("tanh"),
    value: Math.tanh,
    gradient: (g, _x, y) => g * (1 - y * y),
  }),
  unary({
    name: "sigmoid",
    aliases: ["expit"],
    doc: "1 / (1 + e⁻ˣ).",
    spelling: { torch: "torch.sigmoid(x)", jax: "jax.nn.sigmoid(x)", numpy: "1 / (1 + np.exp(-x))" },
    value: sigmoid,
    gradient: (g, _x, y) => g * (1 - y) * y,
  }),
  unary({
    name: "logsigmoid",
    aliases: ["log_sigmoid"],
    doc: "ln(1 / (1 + e⁻ˣ)) without overflow.",
    spelling: { torch: "F.logsigmoid(x)", jax: "jax.nn.log_sigmoid(x)", numpy: "-np.logaddexp(0, -x)" },
    value: (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
    gradient: (g, x) => g * sigmoid(-x),
  }),
];

const KINKED: readonly OperatorRow[] = [
  unary({
    name: "abs",
    aliases: ["absolute"],
    doc: "|x|; its gradient at 0 is 0.",
    spelling: spelt("abs"),
    shape: floatsOnly("abs", elementwise),
    value: Math.abs,
    gradient: (g, x) => g * Math.sign(x),
  }),
  unary({
    name: "relu",
    doc: "max(x, 0); its gradient at 0 is 0.",
    spelling: { torch: "F.relu(x)", jax: "jax.nn.relu(x)", numpy: "np.maximum(x, 0)" },
    shape: floatsOnly("relu", elementwise),
    value: (x) => (x <= 0 ? 0 : x),
    gradient: (g, x) => (x <= 0 ? 0 : g),
  }),
  binary({
    name: "leaky_relu",
    parameters: [TENSOR, extra("negative_slope", 0.01)],
    doc: "x above 0, negative_slope·x below; at 0 the slope counts.",
    spelling: {
      torch: "F.leaky_relu(x, negative_slope)",
      jax: "jax.nn.leaky_relu(x, negative_slope)",
      numpy: "np.where(x > 0, x, negative_slope * x)",
    },
    value: (x, slope) => (x > 0 ? x : x * slope),
    left: (g, x, slope) => (x > 0 ? g : g * slope),
    right: (g, x) => (x > 0 ? 0 : g * x),
  }),
  binary({
    name: "elu",
    parameters: [TENSOR, extra("alpha", 1)],
    doc: "x above 0, alpha·(eˣ - 1) below.",
    spelling: {
      torch: "F.elu(x, alpha)",
      jax: "jax.nn.elu(x, alpha)",
      numpy: "np.where(x > 0, x, alpha * np.expm1(x))",
    },
    value: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
    left: (g, x, alpha) => (x > 0 ? g : g * alpha * Math.exp(x)),
    right: (g, x) => (x > 0 ? 0 : g * Math.expm1(x)),
  }),
  binary({
    name: "softplus",
    parameters: [TENSOR, extra("beta", 1)],
    doc: "ln(1 + e^(beta·x)) / beta, and x itself where beta·x > 20.",
    spelling: { torch: "F.softplus(x)", jax: "jax.nn.softplus(x)", numpy: "np.logaddexp(0, x)" },
    value: (x, beta) => (x * beta > SOFTPLUS_THRESHOLD ? x : Math.log1p(Math.exp(x * beta)) / beta),
    left: (g, x, beta) => (x * beta > SOFTPLUS_THRESHOLD ? g : g * sigmoid(x * beta)),
    right: (g, x, beta, y) => (x * beta > SOFTPLUS_THRESHOLD ? 0 : (g * (x * sigmoid(x * beta) - y)) / beta),
  }),
];

const PIECEWISE: readonly OperatorRow[] = [
  unary({
    name: "sign",
    aliases: ["sgn"],
    doc: "-1, 0 or 1; its gradient is 0.",
    spelling: spelt("sign"),
    derivative: "zero",
    value: Math.sign,
  }),
  unary({
    name: "floor",
    doc: "The largest whole number not above x; its gradient is 0.",
    spelling: spelt("floor"),
    derivative: "zero",
    value: Math.floor,
  }),
  unary({
    name: "ceil",
    doc: "The smallest whole number not below x; its gradient is 0.",
    spelling: spelt("ceil"),
    derivative: "zero",
    value: Math.ceil,
  }),
  unary({
    name: "round",
    doc: "The nearest whole number, halves to even; its gradient is 0.",
    spelling: spelt("round"),
    derivative: "zero",
    value: roundToEven,
  }),
];

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Larger of two as PyTorch has it: NaN wins. */
function larger(a: number, b: number): number {
  return Math.max(a, b);
}

function smaller(a: number, b: number): number {
  return Math.min(a, b);
}

/** On a tie each side gets half. */
function shareWhere(takes: (a: number, b: number) => boolean) {
  return (g: number, a: number, b: number) => (a === b ? g / 2 : takes(a, b) ? g : 0);
}

const EXTREMES: readonly OperatorRow[] = [
  binary({
    name: "maximum",
    aliases: ["fmax"],
    doc: "The larger of two, element by element; on a tie each gets half the gradient.",
    spelling: spelt("maximum", "x, other"),
    value: larger,
    left: shareWhere((a, b) => !(a < b)),
    right: shareWhere((a, b) => !(a > b)),
  }),
  binary({
    name: "minimum",
    aliases: ["fmin"],
    doc: "The smaller of two, element by element; on a tie each gets half the gradient.",
    spelling: spelt("minimum", "x, other"),
    value: smaller,
    left: shareWhere((a, b) => !(a > b)),
    right: shareWhere((a, b) => !(a < b)),
  }),
];

const CLAMP_PARAMETERS: readonly Parameter[] = [
  TENSOR,
  { kind: "tensor", name: "min", aliases: ["a_min"], default: Number.NEGATIVE_INFINITY },
  { kind: "tensor", name: "max", aliases: ["a_max"], default: Number.POSITIVE_INFINITY },
];

const clampValue = ([x, low, high]: readonly number[]) => Math.min(Math.max(x!, low!), high!);

/** At a number bound PyTorch's gradient is 0 towards x; at a tensor bound it is shared half and half. */
const clampByNumbers = manyary({
  name: "clamp",
  aliases: ["clip", "clamp_min", "clamp_max"],
  parameters: CLAMP_PARAMETERS,
  doc: "x held between min and max; with number bounds the gradient is 0 at the bound and outside.",
  spelling: {
    torch: "torch.clamp(x, min, max)",
    jax: "jnp.clip(x, min, max)",
    numpy: "np.clip(x, min, max)",
  },
  value: clampValue,
  gradient: (g, [x, low, high], index) => {
    if (index === 0) return isAbove(x!, low!) && isAbove(-x!, -high!) ? g : 0;
    if (index === 1) return x! <= low! && low! < high! ? g : 0;
    return Math.max(x!, low!) >= high! ? g : 0;
  },
});

/** Strictly above a bound; a bound that was left out is -Infinity and holds nothing back. */
function isAbove(x: number, bound: number): boolean {
  return x > bound || (x === bound && bound === Number.NEGATIVE_INFINITY);
}

const clampByTensors = manyary({
  name: "clamp_tensor",
  parameters: CLAMP_PARAMETERS,
  doc: "x held between tensors min and max; on a tie each side gets half the gradient.",
  spelling: clampByNumbers.spelling,
  value: clampValue,
  gradient: (g, [x, low, high], index) => {
    const lifted = Math.max(x!, low!);
    const inner = shareBelow(g, lifted, high!);
    if (index === 2) return shareBelow(g, high!, lifted);
    return index === 0 ? shareBelow(inner, low!, x!) : shareBelow(inner, x!, low!);
  },
});

/** The part of g that goes to a where min(a, b) was taken. */
function shareBelow(g: number, a: number, b: number): number {
  return a === b ? g / 2 : a < b ? g : 0;
}

export const CLAMP_BY_TENSORS = clampByTensors;

const CHOICE: readonly OperatorRow[] = [
  clampByNumbers,
  manyary({
    name: "where",
    parameters: [
      { kind: "tensor", name: "condition" },
      { kind: "tensor", name: "input", aliases: ["x"] },
      { kind: "tensor", name: "other", aliases: ["y"] },
    ],
    doc: "input where the condition holds, other elsewhere; both are evaluated, so 0·Infinity of the side not taken leaks as NaN.",
    spelling: spelt("where", "condition, x, y"),
    shape: (operands, settings) => {
      if (!operands[0]!.boolean)
        return {
          problem: "the condition of where is no boolean",
          code: "boolean",
          hint: "compare it, as x > 0 or x != 0",
        };
      const result = elementwise(operands, settings);
      const boolean = operands[1]!.boolean && operands[2]!.boolean;
      return "problem" in result ? result : { shape: result.shape, boolean };
    },
    value: ([condition, a, b]) => (condition !== 0 ? a! : b!),
    gradient: (g, [condition], index) => (index === 0 ? 0 : (condition !== 0) === (index === 1) ? g : 0),
  }),
];

const PLAIN: readonly OperatorRow[] = [
  {
    name: "detach",
    aliases: ["stop_gradient", "item"],
    family: "shaping",
    parameters: [TENSOR],
    doc: "The same value as a constant: no gradient passes.",
    spelling: { torch: "x.detach()", jax: "jax.lax.stop_gradient(x)", numpy: "x" },
    shape: ([operand]) => ({ shape: operand!.shape, boolean: operand!.boolean, number: operand!.number }),
    derivative: "stopped",
    forward: (frame) => frame.value.set(frame.operands[0]!.value),
    backward: none,
  },
  unary({
    name: "zeros_like",
    doc: "Zeros in the shape of x.",
    spelling: spelt("zeros_like"),
    derivative: "zero",
    shape: ([operand]) => ({ shape: operand!.shape }),
    value: () => 0,
  }),
  unary({
    name: "ones_like",
    doc: "Ones in the shape of x.",
    spelling: spelt("ones_like"),
    derivative: "zero",
    shape: ([operand]) => ({ shape: operand!.shape }),
    value: () => 1,
  }),
];

/** Functions of one value after another, PyTorch's subgradients at their kinks. */
export const ELEMENTWISE: readonly OperatorRow[] = [
  ...SMOOTH,
  ...KINKED,
  ...PIECEWISE,
  ...EXTREMES,
  ...CHOICE,
  ...PLAIN,
];
