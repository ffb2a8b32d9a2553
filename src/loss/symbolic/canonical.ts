import type { Graph, GraphNode } from "../graph.ts";
import type { LossSymbols } from "../names.ts";
import { negative } from "./arithmetic.ts";
import { apply, leafTerm, nameOf, operatorOf, settingsOf, type Term } from "./term.ts";

/** A program's values with what was written on logits and π read as log_pi and entropy, where it is the same. */
export interface Canonical {
  readonly result: Term;
  /** The term that stands for a value of the program. */
  of(node: GraphNode): Term;
}

type Rule = (term: Term, heads: Heads) => Term | undefined;

/** The heads that the names of a program offer to be recognised. */
interface Heads {
  readonly logPi: Term | undefined;
  readonly entropy: Term | undefined;
  readonly pi: Term | undefined;
}

function isLeaf(term: Term | undefined, name: string): boolean {
  return term !== undefined && nameOf(term) === name;
}

/** Whether an operator works along the actions of a table. */
function isAlongActions(term: Term): boolean {
  const { axis } = settingsOf(term);
  return term.operands[0]?.shape.length === 2 && (axis === 1 || axis === -1);
}

function isLogShares(term: Term): boolean {
  if (operatorOf(term) === "log") return isShares(term.operands[0]!);
  return operatorOf(term) === "log_softmax" && isLeaf(term.operands[0], "logits") && isAlongActions(term);
}

function isShares(term: Term): boolean {
  return (
    isLeaf(term, "pi") ||
    (operatorOf(term) === "softmax" && isLeaf(term.operands[0], "logits") && isAlongActions(term))
  );
}

function isTaken(index: Term): boolean {
  const { axis } = settingsOf(index);
  const isColumn = operatorOf(index) === "unsqueeze" && (axis === 1 || axis === -1);
  const isIndexed = operatorOf(index) === "index" && index.shape.length === 2 && index.shape[1] === 1;
  return (isColumn || isIndexed) && isLeaf(index.operands[0], "a");
}

function column(term: Term): Term {
  return apply("unsqueeze", [term], { axis: 1 });
}

/** cross_entropy(logits, a) is −log_pi, kept, summed or averaged. */
const crossEntropy: Rule = (term, { logPi }) => {
  const [first, second] = term.operands;
  const name = operatorOf(term);
  const isCrossEntropy = name === "cross_entropy" && isLeaf(first, "logits");
  const isLikelihood = name === "nll_loss" && first !== undefined && isLogShares(first);
  if (!logPi || !(isCrossEntropy || isLikelihood) || !isLeaf(second, "a")) return undefined;
  const { reduction } = settingsOf(term);
  return reduction === "none" ? negative(logPi) : negative(apply(reduction!, [logPi]));
};

/** log_softmax(logits, 1).gather(1, a.unsqueeze(1)) is a column of log_pi; of π, of its exponential. */
const gathered: Rule = (term, { logPi }) => {
  const [table, index] = term.operands;
  if (!logPi || operatorOf(term) !== "gather" || !isAlongActions(term) || !isTaken(index!)) return undefined;
  if (isLogShares(table!)) return column(logPi);
  return isShares(table!) ? column(apply("exp", [logPi])) : undefined;
};

/** A column made of a vector, and made a vector again. */
const squeezed: Rule = (term) => {
  const [inner] = term.operands;
  const isSqueeze = operatorOf(term) === "squeeze" && [undefined, 1, -1].includes(settingsOf(term).axis);
  const isPicked = operatorOf(term) === "index" && pickedColumn(term);
  if (!(isSqueeze || isPicked) || !inner) return undefined;
  return operatorOf(inner) === "unsqueeze" && settingsOf(inner).axis === 1 ? inner.operands[0] : undefined;
};

/** x[:, 0] */
function pickedColumn(term: Term): boolean {
  const [rows, first] = settingsOf(term).entries ?? [];
  const isWhole =
    rows?.kind === "slice" && rows.start === undefined && rows.stop === undefined && rows.step === 1;
  return isWhole && first?.kind === "at" && first.at === 0;
}

const logOfExp: Rule = (term, { logPi }) => {
  const [inner] = term.operands;
  const isPair = operatorOf(term) === "log" && inner !== undefined && operatorOf(inner) === "exp";
  return logPi && isPair && isLeaf(inner.operands[0], "log_pi") ? logPi : undefined;
};

const shares: Rule = (term, { pi }) =>
  operatorOf(term) === "softmax" && isLeaf(term.operands[0], "logits") && isAlongActions(term)
    ? pi
    : undefined;

const entropyOfLogits: Rule = (term, { entropy }) =>
  operatorOf(term) === "categorical_entropy" && isLeaf(term.operands[0], "logits") ? entropy : undefined;

/** Σ π ln π over the actions is −entropy; Σ ln π·one_hot(a) is log_pi. */
const summed: Rule = (term, { entropy, logPi }) => {
  const [product] = term.operands;
  const isRowSum = operatorOf(term) === "sum" && isAlongActions(term) && !settingsOf(term).keepDimension;
  if (!isRowSum || !product || operatorOf(product) !== "mul") return undefined;
  const [left, right] = product.operands as [Term, Term];
  for (const [first, second] of [
    [left, right],
    [right, left],
  ] as const) {
    if (entropy && isShares(first) && isLogShares(second)) return negative(entropy);
    const marks = operatorOf(first) === "double" ? first.operands[0]! : first;
    if (logPi && operatorOf(marks) === "one_hot" && isLeaf(marks.operands[0], "a") && isLogShares(second))
      return logPi;
  }
  return undefined;
};

const RULES: readonly Rule[] = [crossEntropy, gathered, squeezed, logOfExp, shares, entropyOfLogits, summed];

function headsOf(symbols: LossSymbols): Heads {
  const leaf = (name: string) => {
    const symbol = symbols.get(name);
    return symbol && leafTerm(name, symbol.shape);
  };
  return { logPi: leaf("log_pi"), entropy: leaf("entropy"), pi: leaf("pi") };
}

/**
 * Reads a program's graph as terms: named numbers keep their names, and what is log π, π or the entropy in other words
 * is read as such.
 */
export function canonicalTerms(
  graph: Graph,
  symbols: LossSymbols,
  numberName: (node: GraphNode) => string | undefined,
): Canonical {
  const heads = headsOf(symbols);
  const leaves = new Map<string, Term>();
  for (const head of Object.values(heads)) if (head) leaves.set(nameOf(head)!, head);
  const terms = new Map<GraphNode, Term>();
  for (const node of graph.nodes) terms.set(node, read(node));
  function read(node: GraphNode): Term {
    const name = numberName(node);
    if (name !== undefined) return leafTerm(name, [], true);
    if (node.source.kind === "leaf") return leaves.get(node.source.name) ?? node;
    const operands = node.operands.map((operand) => terms.get(operand)!);
    const isSame = operands.every((operand, index) => operand === node.operands[index]);
    const term: Term = isSame ? node : { ...node, operands };
    for (const rule of RULES) {
      const found = rule(term, heads);
      if (found) return found;
    }
    return term;
  }
  return { result: terms.get(graph.result)!, of: (node) => terms.get(node)! };
}
