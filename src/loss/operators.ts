import type { OperatorRow } from "./operator.ts";
import { ARITHMETIC } from "./operators/arithmetic.ts";
import { COMPARISONS } from "./operators/comparisons.ts";
import { DISTRIBUTIONS } from "./operators/distributions.ts";
import { ELEMENTWISE } from "./operators/elementwise.ts";
import { INDEXING } from "./operators/indexing.ts";
import { LINEAR } from "./operators/linear.ts";
import { LOSSES } from "./operators/losses.ts";
import { REDUCTIONS } from "./operators/reductions.ts";
import { SCANS } from "./operators/scans.ts";
import { SEQUENCES } from "./operators/sequences.ts";
import type { BinaryOperator, UnaryOperator } from "./syntax.ts";

/** Every operator of the language, one row each. */
export const OPERATORS: readonly OperatorRow[] = [
  ...ARITHMETIC,
  ...ELEMENTWISE,
  ...COMPARISONS,
  ...REDUCTIONS,
  ...LINEAR,
  ...SCANS,
  ...INDEXING,
  ...LOSSES,
  ...DISTRIBUTIONS,
  ...SEQUENCES,
];

const BY_NAME: ReadonlyMap<string, OperatorRow> = new Map(
  OPERATORS.flatMap((row) => [row.name, ...row.aliases].map((name) => [name, row] as const)),
);

/** Words that mean one of several operators, depending on what they are given. */
export const OVERLOADED: ReadonlyMap<string, readonly [full: string, pairwise: string]> = new Map([
  ["max", ["amax", "maximum"]],
  ["min", ["amin", "minimum"]],
]);

/** What PyTorch has and this language does not, with what to write instead. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ["gelu", "relu, elu, leaky_relu, softplus, sigmoid and tanh are offered"],
  ["roll", "slice instead, as V[1:] and V[:-1]"],
  ["median", "mean, amax and amin are offered"],
  ["nan_to_num", "keep the NaN from arising, as log(where(x > 0, x, ones_like(x)))"],
  ["view", "unsqueeze(1) and squeeze() add and remove an axis"],
  ["reshape", "unsqueeze(1) and squeeze() add and remove an axis"],
  ["cat", "sum the parts one by one; td_error and gae know V_{t+1}"],
  ["concat", "sum the parts one by one; td_error and gae know V_{t+1}"],
  ["concatenate", "sum the parts one by one; td_error and gae know V_{t+1}"],
  ["stack", "add the parts instead"],
  ["tensor", "write the number itself"],
  ["array", "write the number itself"],
  ["range", "to pick by action write x.gather(1, a.unsqueeze(1)).squeeze(1)"],
  ["arange", "to pick by action write x.gather(1, a.unsqueeze(1)).squeeze(1)"],
  ["Variable", "write what stands in the brackets alone"],
  ["Categorical", "log_pi, entropy, logits and pi are given by name"],
  ["Normal", "log_pi, entropy, mu and sigma are given by name"],
  ["backward", "leave it out: the gradient of the loss is always computed"],
  ["step", "leave it out: the optimiser steps by itself"],
  ["zero_grad", "leave it out: gradients begin at 0 on every update"],
]);

const PREFIXES: Readonly<Record<UnaryOperator, string>> = { "-": "neg", "+": "pos", "~": "logical_not" };

const INFIXES: Readonly<Record<BinaryOperator, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "//": "floor_divide",
  "%": "remainder",
  "@": "matmul",
  "**": "pow",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "==": "eq",
  "!=": "ne",
  "&": "logical_and",
  "|": "logical_or",
};

export function operatorNamed(name: string): OperatorRow | undefined {
  return BY_NAME.get(name);
}

export function prefixOperator(operator: UnaryOperator): OperatorRow {
  return BY_NAME.get(PREFIXES[operator])!;
}

export function infixOperator(operator: BinaryOperator): OperatorRow {
  return BY_NAME.get(INFIXES[operator])!;
}

/** Every word that may be called, for completion and for guessing what was meant. */
export function callableNames(): string[] {
  return [...BY_NAME.keys(), ...OVERLOADED.keys()].filter((name) => name !== "index");
}
