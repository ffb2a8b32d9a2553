import { type Graph, type GraphNode, leafName } from "../graph.ts";
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

/** What is known of a value as a factor. */
interface Factor {
  /** Of all of it but ln π and the goodness; 0 where it may be either. */
  readonly sign: number;
  readonly hasScore: boolean;
  readonly hasGoodness: boolean;
}

/** Terms that weight ln π by how good the action was and enter the loss with a plus: descent makes good actions rarer. */
function risingTerms({ graph }: LintSubject): Finding[] {
  const factors = factorsOf(graph);
  const found: Finding[] = [];
  for (const { node, sign } of termsOf(graph.result)) {
    const factor = factors[node.index]!;
    if (factor.hasScore && factor.hasGoodness && sign * factor.sign > 0) found.push(rising(node));
  }
  return found;
}

/** The products that sums, signs and reductions make the result of, each with its sign, and each once however often it is used. */
function termsOf(result: GraphNode): readonly { readonly node: GraphNode; readonly sign: number }[] {
  const terms: { node: GraphNode; sign: number }[] = [];
  const seen = new Set<string>();
  const waiting = [{ node: result, sign: 1 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node, sign } = next;
    const key = `${node.index} ${sign}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const [left, right] = node.operands;
    const name = operatorName(node);
    if (name === "mul") terms.push(next);
    else if (name === "neg") waiting.push({ node: left!, sign: -sign });
    else if (RISING.has(name)) waiting.push({ node: left!, sign });
    else if (name === "add" || name === "sub")
      waiting.push({ node: left!, sign }, { node: right!, sign: name === "sub" ? -sign : sign });
  }
  return terms;
}

/** For each node, what it is as a factor; operands come first, so each is looked at once. */
function factorsOf({ nodes }: Graph): readonly Factor[] {
  const factors: Factor[] = [];
  for (const node of nodes) factors.push(factorOf(node, factors));
  return factors;
}

function factorOf(node: GraphNode, known: readonly Factor[]): Factor {
  const [left, right] = node.operands.map(({ index }) => known[index]!);
  const name = operatorName(node);
  if (name === "neg") return { ...left!, sign: -left!.sign };
  if (name === "mul")
    return {
      sign: left!.sign * right!.sign,
      hasScore: left!.hasScore || right!.hasScore,
      hasGoodness: left!.hasGoodness || right!.hasGoodness,
    };
  const hasScore = leafName(node) === "log_pi";
  const hasGoodness = isGood(node);
  const constant = node.constant === undefined ? undefined : Math.sign(node.constant);
  return { sign: constant ?? (hasScore || hasGoodness || isPositive(node) ? 1 : 0), hasScore, hasGoodness };
}

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
