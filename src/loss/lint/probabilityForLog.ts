import { type GraphNode, leafName } from "../graph.ts";
import type { Program } from "../syntax.ts";
import type { Finding, LintRow, LintSubject } from "./lint.ts";
import { replacing, sourceOf } from "./rewriting.ts";
import { computedFrom, factorPairs, operatorName } from "./values.ts";

const PICKS: ReadonlySet<string> = new Set(["gather", "index", "squeeze"]);
const WRAPS: ReadonlySet<string> = new Set(["neg", "pos"]);

/** Whether a value is π(a|s) of the action taken: exp(log_pi), or what is picked from pi or from a softmax. */
function isProbability(node: GraphNode): boolean {
  const [operand] = node.operands;
  if (operand === undefined) return false;
  const name = operatorName(node);
  if (name === "exp") return leafName(operand) === "log_pi";
  if (PICKS.has(name)) return isPicked(operand);
  return false;
}

function isPicked(node: GraphNode): boolean {
  if (leafName(node) === "pi" || operatorName(node) === "softmax") return true;
  return PICKS.has(operatorName(node)) && isPicked(node.operands[0]!);
}

function unwrapped(node: GraphNode): GraphNode {
  return WRAPS.has(operatorName(node)) ? unwrapped(node.operands[0]!) : node;
}

const OLD: ReadonlySet<string> = new Set(["log_pi_old"]);

/** Products of a probability with a weight in which no gradient flows: Σ c·π(a|s) where Σ c·ln π(a|s) is meant. */
function weightedProbabilities(subject: LintSubject): Finding[] {
  const { program, graph, flow } = subject;
  const old = computedFrom(subject, OLD);
  const isRatio = (product: GraphNode, weight: GraphNode) =>
    old[weight.index]! ||
    graph.nodes.some(({ operands }) => operands[0] === product && old[operands[1]?.index ?? -1]);
  return graph.nodes
    .filter(({ index }) => flow.reached[index])
    .flatMap((product) =>
      factorPairs(product)
        .filter(([factor, weight]) => isProbability(unwrapped(factor)) && !isRatio(product, weight))
        .filter(([, weight]) => !flow.differentiable[weight.index])
        .map(([factor]) => probabilityWeighted(program, unwrapped(factor))),
    );
}

function probabilityWeighted(program: Program, probability: GraphNode): Finding {
  const { start, end } = probability;
  const text = sourceOf(program, probability);
  return {
    message: `${text} is a probability where its log is meant: the weight of ∇ln π gets a factor π`,
    hint: "weight log_pi; a probability belongs into a ratio with the old one",
    start,
    end,
    fixes: [replacing("Use log_pi", probability, "log_pi")],
  };
}

export const probabilityForLog: LintRow = {
  id: "probability-for-log",
  severity: "warning",
  doc: "A probability is weighted where its logarithm is meant.",
  example: "p = pi.gather(1, a.unsqueeze(1)).squeeze(1)\nloss = -(adv * p).sum()",
  reads: "values",
  find: weightedProbabilities,
};
