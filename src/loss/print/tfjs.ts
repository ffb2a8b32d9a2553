import type { IndexRange } from "../callSettings.ts";
import { leafName } from "../graph.ts";
import { formatShape } from "../shapes.ts";
import {
  isSameShape,
  nameOf,
  numberOf,
  operatorOf,
  settingsOf,
  someTerm,
  type Term,
} from "../symbolic/term.ts";
import { listTerms } from "./listing.ts";
import type { Printable } from "./printable.ts";
import { Unwritable } from "./python.ts";
import { closure } from "./pythonFile.ts";
import { TFJS_HELPERS, TFJS_NEEDS } from "./tfjsHelpers.ts";
import { ATOM, type Dialect, type Writer, type Written, writeInfix, writeNumber } from "./writer.ts";

interface Call {
  readonly term: Term;
  readonly count: number;
  /** Whether gradient may flow into an operand. */
  readonly isLearned: boolean;
  /** Operand as an argument: truth values are cast to numbers. */
  argument(index: number): string;
  /** Operand as it is. */
  plain(index: number): string;
  helper(name: string): string;
}

type Spelling = (call: Call) => string;

const RESERVED: ReadonlySet<string> = new Set(
  "arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if import in instanceof let new null return static super switch this throw true try typeof var void while with yield tf".split(
    " ",
  ),
);

function javascriptName(name: string): string {
  return RESERVED.has(name) ? `${name}_` : name;
}

function plain(name: string, count = 1): Spelling {
  return (call) =>
    `tf.${name}(${Array.from({ length: count }, (_, index) => call.argument(index)).join(", ")})`;
}

function rankOf(call: Call, index = 0): number {
  return call.term.operands[index]!.shape.length;
}

function axisOf(call: Call): number | undefined {
  const { axis } = settingsOf(call.term);
  const rank = rankOf(call);
  if (axis === undefined || rank < 2) return undefined;
  return axis < 0 ? axis + rank : axis;
}

/** `, axis, keepDims` of a reduction, as far as it has them. */
function reduced(call: Call): string {
  const axis = axisOf(call);
  const keep = settingsOf(call.term).keepDimension ? ", true" : "";
  return axis === undefined && keep === "" ? "" : `, ${axis ?? "null"}${keep}`;
}

function reduction(name: string): Spelling {
  return (call) => `tf.${name}(${call.argument(0)}${reduced(call)})`;
}

function lane(name: string): Spelling {
  return (call) => {
    const axis = axisOf(call) ?? 0;
    if (rankOf(call) === 2 && axisOf(call) === undefined) throw new Unwritable(`${name} over a whole table`);
    return `tf.${name}(${call.argument(0)}, ${axis})`;
  };
}

/** softmax and its logarithm work along the last axis only. */
function lastLane(name: string): Spelling {
  return (call) => {
    const axis = axisOf(call);
    if (rankOf(call) === 2 && axis === undefined) throw new Unwritable(`${name} over a whole table`);
    return axis === 0
      ? `tf.transpose(tf.${name}(tf.transpose(${call.argument(0)})))`
      : `tf.${name}(${call.argument(0)})`;
  };
}

function penalty(loss: (d: string, extra: string, call: Call) => string): Spelling {
  return (call) => {
    const d = `tf.sub(${call.argument(0)}, ${call.argument(1)})`;
    const body = loss(d, call.count > 2 ? call.plain(2) : "1", call);
    const name = settingsOf(call.term).reduction;
    return name === "none" ? body : `tf.${name}(${body})`;
  };
}

function perAction(name: string): Spelling {
  return (call) => {
    const text = `${call.helper(name)}(${call.argument(0)}, ${call.argument(1)})`;
    const { reduction: how } = settingsOf(call.term);
    return how === "none" ? text : `tf.${how}(${text})`;
  };
}

function own(name: string, count = 1): Spelling {
  return (call) =>
    `${call.helper(name)}(${Array.from({ length: count }, (_, index) => call.argument(index)).join(", ")})`;
}

/** TensorFlow.js looks for a gradient of comparisons where they lie on the way; there it gets zeros. */
function comparison(name: string): Spelling {
  return (call) =>
    call.isLearned ? compared(call, name, call.argument(0), call.argument(1)) : plain(name, 2)(call);
}

function compared(call: Call, name: string, a: string, b: string): string {
  return `${call.helper("compare")}("${name}", ${a}, ${b})`;
}

/** The gradients of maximum and minimum there do not know broadcasting: |a − b| does, and halves ties too. */
function extreme(name: string, sign: string): Spelling {
  return (call) => {
    const [a, b] = call.term.operands as [Term, Term];
    const isSame = isSameShape(a.shape, b.shape) || (!call.isLearned && !a.number && !b.number);
    if (isSame || (a.number && b.number)) return plain(name, 2)(call);
    const [x, y] = [call.argument(0), call.argument(1)];
    return `tf.div(tf.${sign}(tf.add(${x}, ${y}), tf.abs(tf.sub(${x}, ${y}))), 2)`;
  };
}

/** A side of where in the shape of the whole, for the same reason. */
function side(call: Call, index: number): string {
  const operand = call.term.operands[index]!;
  const [condition] = call.term.operands;
  const fits = operand.number || isSameShape(operand.shape, call.term.shape);
  if (fits || !isSameShape(condition!.shape, call.term.shape)) return call.argument(index);
  return `tf.mul(${call.argument(index)}, tf.onesLike(${call.argument(0)}))`;
}

/** A recursion over steps; where episodes end is an object, as far as it was said. */
function sequence(name: string, count: number): Spelling {
  return (call) => {
    const given = Array.from({ length: count }, (_, index) => call.argument(index));
    const { integer } = settingsOf(call.term);
    const ends = ["bootstrap", "terminated", "truncated"].flatMap((end, index) => {
      const operand = call.term.operands[count + index]!;
      const text = call.argument(count + index);
      return numberOf(operand) === 0 ? [] : [text === end ? end : `${end}: ${text}`];
    });
    const parts = [...given, ...(integer === undefined ? [] : [String(integer)])];
    return `${call.helper(name)}(${[...parts, ...(ends.length > 0 ? [`{ ${ends.join(", ")} }`] : [])].join(", ")})`;
  };
}

function deviation(name: string): Spelling {
  return (call) => {
    const { correction, keepDimension } = settingsOf(call.term);
    const more = [axisOf(call) ?? "null", correction, ...(keepDimension ? ["true"] : [])].join(", ");
    return `${call.helper(name)}(${call.argument(0)}, ${more})`;
  };
}

function entryText(entry: IndexRange): string {
  if (entry.kind === "new") return "null";
  if (entry.kind === "at") return String(entry.at);
  return `[${entry.start ?? "null"}, ${entry.stop ?? "null"}, ${entry.step}]`;
}

function clamp(call: Call): string {
  const [low, high] = [call.term.operands[1]!, call.term.operands[2]!];
  if (low.number && high.number)
    return `tf.clipByValue(${call.argument(0)}, ${call.plain(1)}, ${call.plain(2)})`;
  return `${call.helper("between")}(${call.argument(0)}, ${call.argument(1)}, ${call.argument(2)})`;
}

const SPELLINGS: Readonly<Record<string, Spelling>> = {
  add: plain("add", 2),
  sub: plain("sub", 2),
  mul: plain("mul", 2),
  div: plain("div", 2),
  floor_divide: (call) => `tf.floor(tf.div(${call.argument(0)}, ${call.argument(1)}))`,
  remainder: plain("mod", 2),
  pow: plain("pow", 2),
  neg: plain("neg"),
  lt: comparison("less"),
  le: comparison("lessEqual"),
  gt: comparison("greater"),
  ge: comparison("greaterEqual"),
  eq: comparison("equal"),
  ne: comparison("notEqual"),
  logical_and: (call) => `tf.logicalAnd(${call.plain(0)}, ${call.plain(1)})`,
  logical_or: (call) => `tf.logicalOr(${call.plain(0)}, ${call.plain(1)})`,
  logical_not: (call) => `tf.logicalNot(${call.plain(0)})`,
  detach: own("detach"),
  exp: plain("exp"),
  expm1: plain("expm1"),
  log: plain("log"),
  log1p: plain("log1p"),
  log2: (call) => `tf.div(tf.log(${call.argument(0)}), Math.LN2)`,
  log10: (call) => `tf.div(tf.log(${call.argument(0)}), Math.LN10)`,
  sqrt: plain("sqrt"),
  rsqrt: plain("rsqrt"),
  square: plain("square"),
  reciprocal: plain("reciprocal"),
  sin: plain("sin"),
  cos: plain("cos"),
  tanh: plain("tanh"),
  sigmoid: plain("sigmoid"),
  logsigmoid: (call) => `tf.neg(tf.softplus(tf.neg(${call.argument(0)})))`,
  abs: plain("abs"),
  relu: plain("relu"),
  leaky_relu: (call) =>
    `tf.where(${compared(call, "greater", call.argument(0), "0")}, ${call.argument(0)}, tf.mul(${call.argument(0)}, ${call.argument(1)}))`,
  elu: (call) =>
    `tf.where(${compared(call, "greater", call.argument(0), "0")}, ${call.argument(0)}, tf.mul(${call.argument(1)}, tf.expm1(tf.minimum(${call.argument(0)}, 0))))`,
  softplus: (call) =>
    numberOf(call.term.operands[1]!) === 1
      ? `tf.softplus(${call.argument(0)})`
      : `tf.div(tf.softplus(tf.mul(${call.argument(0)}, ${call.argument(1)})), ${call.argument(1)})`,
  sign: plain("sign"),
  floor: plain("floor"),
  ceil: plain("ceil"),
  round: plain("round"),
  maximum: extreme("maximum", "add"),
  minimum: extreme("minimum", "sub"),
  clamp,
  clamp_tensor: clamp,
  where: (call) => `tf.where(${call.plain(0)}, ${side(call, 1)}, ${side(call, 2)})`,
  zeros_like: plain("zerosLike"),
  ones_like: plain("onesLike"),
  bool: (call) => compared(call, "notEqual", call.argument(0), "0"),
  double: (call) => call.argument(0),
  to: (call) =>
    settingsOf(call.term).type === "boolean"
      ? compared(call, "notEqual", call.argument(0), "0")
      : call.argument(0),
  sum: reduction("sum"),
  mean: reduction("mean"),
  prod: reduction("prod"),
  amax: reduction("max"),
  amin: reduction("min"),
  var: deviation("variance"),
  std: deviation("deviation"),
  norm: (call) =>
    settingsOf(call.term).integer === 1
      ? `tf.sum(tf.abs(${call.argument(0)})${reduced(call)})`
      : `tf.sqrt(tf.sum(tf.square(${call.argument(0)})${reduced(call)}))`,
  logsumexp: reduction("logSumExp"),
  numel: (call) => `${call.argument(0)}.size`,
  length: (call) => `${call.argument(0)}.shape[${settingsOf(call.term).integer}]`,
  dot: plain("dot", 2),
  matmul: plain("dot", 2),
  cumsum: lane("cumsum"),
  cumprod: lane("cumprod"),
  flip: (call) => {
    const { axes } = settingsOf(call.term);
    return `tf.reverse(${call.argument(0)}${axes ? `, [${axes.join(", ")}]` : ""})`;
  },
  softmax: lastLane("softmax"),
  log_softmax: lastLane("logSoftmax"),
  index: (call) => {
    const entries = (settingsOf(call.term).entries ?? []).map(entryText);
    return `${call.helper("index")}(${[call.argument(0), ...entries].join(", ")})`;
  },
  unsqueeze: (call) => `tf.expandDims(${call.argument(0)}, ${settingsOf(call.term).axis})`,
  squeeze: (call) => {
    const { axis } = settingsOf(call.term);
    if (axis === undefined) return `tf.squeeze(${call.argument(0)})`;
    const place = axis < 0 ? axis + rankOf(call) : axis;
    const size = call.term.operands[0]!.shape[place];
    return size === 1 ? `tf.squeeze(${call.argument(0)}, [${place}])` : call.argument(0);
  },
  gather: (call) => {
    const isPick = rankOf(call) === 2 && axisOf(call) === 1 && call.term.operands[1]!.shape[1] === 1;
    if (!isPick && !(rankOf(call) === 2 && axisOf(call) === undefined))
      throw new Unwritable("gather of anything but one element of each row");
    return `${call.helper("pick")}(${call.argument(0)}, ${call.argument(1)})`;
  },
  mse_loss: penalty((d) => `tf.square(${d})`),
  l1_loss: penalty((d) => `tf.abs(${d})`),
  smooth_l1_loss: penalty(
    (d, beta, call) =>
      `tf.where(${compared(call, "less", `tf.abs(${d})`, beta)}, tf.div(tf.square(${d}), tf.mul(2, ${beta})), tf.sub(tf.abs(${d}), tf.mul(0.5, ${beta})))`,
  ),
  huber_loss: penalty(
    (d, delta, call) =>
      `tf.where(${compared(call, "lessEqual", `tf.abs(${d})`, delta)}, tf.mul(0.5, tf.square(${d})), tf.mul(${delta}, tf.sub(tf.abs(${d}), tf.mul(0.5, ${delta}))))`,
  ),
  cross_entropy: perAction("crossEntropy"),
  nll_loss: perAction("negativeLogLikelihood"),
  kl: own("kl", 2),
  categorical_entropy: own("categoricalEntropy"),
  one_hot: (call) => `tf.oneHot(tf.cast(${call.argument(0)}, "int32"), ${settingsOf(call.term).integer})`,
  normalize: own("normalize", 2),
  discounted_returns: sequence("discountedReturns", 2),
  td_error: sequence("temporalDifferences", 3),
  gae: sequence("generalisedAdvantages", 4),
  n_step: sequence("nStepReturns", 3),
};

/** Operators that plain numbers take in JavaScript as they are. */
const INFIX: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "neg"]);

type IsLearned = (term: Term) => boolean;

function dialect(isLearned: IsLearned): Dialect {
  return {
    number: (value) => writeNumber(value, "Infinity", "NaN"),
    name: javascriptName,
    operation(term, writer) {
      const name = operatorOf(term);
      if (name === "pos") return writer.write(term.operands[0]!);
      const isPlain = term.number && term.operands.every((operand) => operand.number);
      if (isPlain && INFIX.has(name)) return writeInfix(term, writer, "**", true)!;
      if (isPlain && name === "pow")
        return atom(`Math.pow(${term.operands.map((one) => writer.text(one)).join(", ")})`);
      if (isPlain && name === "detach") return writer.write(term.operands[0]!);
      const spelling = Object.hasOwn(SPELLINGS, name) ? SPELLINGS[name] : undefined;
      if (!spelling) throw new Unwritable(`${name} cannot be written`);
      return atom(spelling(callOf(term, writer, isLearned)));
    },
  };
}

function atom(text: string): Written {
  return { text, strength: ATOM };
}

function callOf(term: Term, writer: Writer, isLearned: IsLearned): Call {
  const text = (index: number) => writer.text(term.operands[index]!);
  const needsTensor = term.operands.every((operand) => operand.number);
  return {
    term,
    count: term.operands.length,
    isLearned: term.operands.some(isLearned),
    plain: text,
    argument: (index) => {
      const operand = term.operands[index]!;
      if (operand.boolean) return `tf.cast(${text(index)}, "float32")`;
      return needsTensor && operand.number ? `tf.scalar(${text(index)})` : text(index);
    },
    helper: (name) => writer.helper(name),
  };
}

function learnedBy(heads: Printable["heads"]): IsLearned {
  const names = new Set(heads.map(leafName));
  return (term) => someTerm(term, (one) => names.has(nameOf(one) ?? ""));
}

/** A loss as a function of TensorFlow.js, whose arguments are the properties of one object. */
export function tfjsText({ graph, names, named, heads, data, comment }: Printable): string {
  const { lines, writer } = listTerms(
    [...named, graph.result],
    names,
    dialect(learnedBy(heads)),
    graph.leaves.map(leafName),
  );
  const value = writer.text(graph.result);
  const scalar = graph.result.number ? `tf.scalar(${value})` : value;
  const result = graph.result.shape.length === 0 ? scalar : `tf.sum(${value})`;
  const words = (leaves: Printable["heads"]) =>
    leaves
      .map((leaf) => `${javascriptName(leafName(leaf))} ${leaf.number ? "number" : formatShape(leaf.shape)}`)
      .join(", ");
  const documentation = [
    `${comment?.replaceAll("*/", "* /") ?? "The loss to be minimised"}.`.replace(/\.\.$/, "."),
    ...(heads.length > 0 ? [`Differentiated: ${words(heads)}.`] : []),
    ...(data.length > 0 ? [`Data: ${words(data)}.`] : []),
  ];
  const body = [
    "/**",
    ...documentation.map((line) => ` * ${line}`),
    " */",
    `export function policyLoss({ ${[...heads, ...data].map((leaf) => javascriptName(leafName(leaf))).join(", ")} }) {`,
    ...lines.map((line) => `  const ${line.name} = ${line.text};`),
    `  return ${result};`,
    "}",
  ].join("\n");
  const helpers = closure(writer.helpers, TFJS_NEEDS).map((name) => TFJS_HELPERS[name]!);
  return `import * as tf from "@tensorflow/tfjs";\n\n${[...helpers, body].join("\n\n")}\n`;
}
