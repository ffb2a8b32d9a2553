import { type GraphNode, leafName } from "../graph.ts";
import type { Finding, LintRow, LintSubject } from "./lint.ts";
import { operatorName } from "./values.ts";

/** Operators of one column whose result rises with it, so that signs pass through them. */
const RISING: ReadonlySet<string> = new Set(["sum", "mean", "pos"]);
/** Weights that are large where an action was good. */
const GOODNESS: ReadonlySet<string> = new Set([
  "discounted_returns",
  "n_step",
  "gae",
  "td_error",
  "normalize",
]);
const GOOD_DATA: ReadonlySet<string> = new Set(["adv", "r", "G_recorded"]);

/** Terms that weight ln π by how good the action was and enter the loss with a plus: descent makes good actions rarer. */
function risingTerms({ graph }: LintSubject): Finding[] {
  const found: Finding[] = [];
  visit(graph.result, 1, (term) => found.push(rising(term)));
  return found;
}

/** Walks down sums, signs and reductions with the sign that a term has in the loss. */
function visit(node: GraphNode, sign: number, report: (term: GraphNode) => void): void {
  const name = operatorName(node);
  const [left, right] = node.operands;
  if (name === "neg") visit(left!, -sign, report);
  else if (RISING.has(name)) visit(left!, sign, report);
  else if (name === "add" || name === "sub") {
    visit(left!, sign, report);
    visit(right!, name === "sub" ? -sign : sign, report);
  } else if (name === "mul") {
    const product = factorsOf(node);
    const score = product.factors.some((factor) => leafName(factor) === "log_pi");
    const good = product.factors.some(isGood);
    if (score && good && sign * product.sign > 0) report(node);
  }
}

/** The factors of a product of products, signs taken out. A factor of unknown sign leaves the product undecided. */
function factorsOf(node: GraphNode): { readonly sign: number; readonly factors: readonly GraphNode[] } {
  const name = operatorName(node);
  if (name === "neg") {
    const inner = factorsOf(node.operands[0]!);
    return { sign: -inner.sign, factors: inner.factors };
  }
  if (name === "mul") {
    const [left, right] = node.operands.map(factorsOf) as [Factored, Factored];
    return { sign: left.sign * right.sign, factors: [...left.factors, ...right.factors] };
  }
  if (node.constant !== undefined) return { sign: Math.sign(node.constant), factors: [] };
  return { sign: isPositive(node) || isGood(node) || leafName(node) === "log_pi" ? 1 : 0, factors: [node] };
}

type Factored = ReturnType<typeof factorsOf>;

const POSITIVE_DATA: ReadonlySet<string> = new Set(["gamma", "alpha", "T", "N", "t", "pi", "sigma"]);

function isPositive(node: GraphNode): boolean {
  const name = operatorName(node);
  if (name === "pow" || name === "detach" || name === "squeeze") return isPositive(node.operands[0]!);
  return POSITIVE_DATA.has(leafName(node)) || name === "exp" || name === "softmax" || name === "sigmoid";
}

/** Returns and advantages, also with a baseline taken off or scaled. */
function isGood(node: GraphNode): boolean {
  const name = operatorName(node);
  if (GOOD_DATA.has(leafName(node)) || GOODNESS.has(name)) return true;
  const passes = name === "detach" || name === "sub" || name === "div" || name === "squeeze";
  return passes && isGood(node.operands[0]!);
}

function rising({ start, end }: GraphNode): Finding {
  return {
    message: "this term enters with a plus: descending it makes good actions less likely",
    hint: "an optimiser descends, so the loss is the negative of what is to rise",
    start,
    end,
    fixes: [{ title: "Negate the term", edits: [{ start, end: start, text: "-" }] }],
  };
}

export const missingMinus: LintRow = {
  id: "missing-minus",
  severity: "warning",
  doc: "A term that is to rise enters the loss with a plus.",
  example: "G = discounted_returns(r, gamma)\nloss = (gamma**t * G.detach() * log_pi).sum()",
  reads: "values",
  find: risingTerms,
};
