import { type OperatorRow, problem, type ShapeRule } from "../operator.ts";
import { binary, TENSOR, unary } from "./pointwise.ts";
import { comparison } from "./shapeRules.ts";

const logical: ShapeRule = (operands, settings) =>
  operands.every((operand) => operand.boolean)
    ? comparison(operands, settings)
    : problem("boolean", "~, & and | take booleans only", "compare first, as (adv > 0) & ~done");

function compare(
  name: string,
  operator: string,
  words: string,
  aliases: readonly string[],
  holds: (a: number, b: number) => boolean,
) {
  return binary({
    name,
    aliases,
    family: "comparison",
    derivative: "zero",
    doc: `Whether x is ${words} other, element by element; no gradient passes.`,
    spelling: { torch: `x ${operator} other`, jax: `x ${operator} other`, numpy: `x ${operator} other` },
    shape: comparison,
    value: (a, b) => (holds(a, b) ? 1 : 0),
  });
}

function join(name: string, operator: string, doc: string, value: (a: number, b: number) => number) {
  return binary({
    name,
    family: "comparison",
    derivative: "zero",
    doc,
    spelling: { torch: `x ${operator} other`, jax: `x ${operator} other`, numpy: `x ${operator} other` },
    shape: logical,
    value,
  });
}

/** A cast; booleans count as 0 and 1. */
function cast(row: Omit<OperatorRow, "family" | "parameters" | "forward" | "shape">): OperatorRow {
  return {
    ...row,
    family: "shaping",
    parameters: [TENSOR],
    shape: ([operand]) => ({ shape: operand!.shape, number: operand!.number }),
    forward: (frame) => frame.value.set(frame.operands[0]!.value),
  };
}

function passOn(frame: Parameters<OperatorRow["backward"]>[0]): void {
  const operand = frame.operands[0]!;
  if (!operand.wanted) return;
  for (let i = 0; i < frame.count; i++) operand.adjoint[i]! += frame.adjoint[i]!;
}

const toBoolean = unary({
  name: "bool",
  family: "shaping",
  derivative: "zero",
  doc: "Whether x is not 0.",
  spelling: { torch: "x.bool()", jax: "x.astype(bool)", numpy: "x.astype(bool)" },
  shape: comparison,
  value: (x) => (x !== 0 ? 1 : 0),
});

const toFloat = cast({
  name: "double",
  aliases: ["float"],
  doc: "Booleans as 0 and 1; numbers stay as they are, all are float64.",
  spelling: { torch: "x.double()", jax: "x.astype(jnp.float64)", numpy: "x.astype(np.float64)" },
  backward: passOn,
});

/** Comparisons, logic and casts. */
export const COMPARISONS: readonly OperatorRow[] = [
  compare("lt", "<", "below", ["less"], (a, b) => a < b),
  compare("le", "<=", "at most", ["less_equal"], (a, b) => a <= b),
  compare("gt", ">", "above", ["greater"], (a, b) => a > b),
  compare("ge", ">=", "at least", ["greater_equal"], (a, b) => a >= b),
  compare("eq", "==", "equal to", ["equal"], (a, b) => a === b),
  compare("ne", "!=", "different from", ["not_equal"], (a, b) => a !== b),
  join("logical_and", "&", "Whether both hold.", (a, b) => a * b),
  join("logical_or", "|", "Whether either holds.", (a, b) => Math.max(a, b)),
  unary({
    name: "logical_not",
    family: "comparison",
    derivative: "zero",
    doc: "Whether x does not hold.",
    spelling: { torch: "~x", jax: "~x", numpy: "~x" },
    shape: logical,
    value: (x) => 1 - x,
  }),
  toBoolean,
  toFloat,
  {
    ...toFloat,
    name: "to",
    aliases: ["astype", "type"],
    parameters: [TENSOR, { kind: "type", name: "dtype" }],
    doc: "x as numbers (float64 whatever is asked) or, for bool, as truth values.",
    spelling: { torch: "x.to(torch.float64)", jax: "x.astype(jnp.float64)", numpy: "x.astype(np.float64)" },
    shape: ([operand], settings) => ({
      shape: operand!.shape,
      boolean: settings.type === "boolean",
      number: operand!.number,
    }),
    forward: (frame) => {
      const x = frame.operands[0]!.value;
      for (let i = 0; i < frame.count; i++) frame.value[i] = frame.boolean ? (x[i] !== 0 ? 1 : 0) : x[i]!;
    },
    backward: (frame) => {
      if (!frame.boolean) passOn(frame);
    },
  },
];
