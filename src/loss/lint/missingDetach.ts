import type { GraphNode } from "../graph.ts";
import type { Program } from "../syntax.ts";
import type { Finding, LintRow, LintSubject } from "./lint.ts";
import { appending, sourceOf } from "./rewriting.ts";
import { factorPairs, flowsInto } from "./values.ts";

const POLICY: ReadonlySet<string> = new Set(["log_pi", "logits", "pi", "mu", "sigma", "entropy"]);
const VALUE: ReadonlySet<string> = new Set(["V", "V_next"]);
const OLD: ReadonlySet<string> = new Set(["log_pi_old"]);
const SCORE: ReadonlySet<string> = new Set(["log_pi"]);

/** A weight of the policy through which gradient flows into the value estimate: a baseline is meant constant there. */
function valueInWeight(subject: LintSubject): Finding[] {
  const policy = flowsInto(subject, POLICY);
  const value = flowsInto(subject, VALUE);
  const isWeight = ({ index }: GraphNode) => value[index]! && !policy[index]!;
  return weightsOf(subject, isWeight, ({ index }) => policy[index]!, "the value estimate");
}

/** A ratio π/π_old that weights ln π: it is a correction of the weight, and its own gradient would come on top. */
function ratioInWeight(subject: LintSubject): Finding[] {
  const policy = flowsInto(subject, SCORE);
  const old = flowsInto(subject, OLD);
  const isRatio = ({ index }: GraphNode) => policy[index]! && old[index]!;
  const isScore = ({ index }: GraphNode) => policy[index]! && !old[index]!;
  return weightsOf(subject, isRatio, isScore, "the policy a second time");
}

function weightsOf(
  subject: LintSubject,
  isWeight: (node: GraphNode) => boolean,
  isWeighted: (node: GraphNode) => boolean,
  where: string,
): Finding[] {
  return subject.graph.nodes.flatMap((node) =>
    factorPairs(node)
      .filter(([weight, weighted]) => isWeight(weight) && isWeighted(weighted))
      .map(([weight]) => undetached(subject.program, node, weight, where)),
  );
}

function undetached(program: Program, product: GraphNode, weight: GraphNode, where: string): Finding {
  return {
    message: `gradient flows into ${where} through the weight ${sourceOf(program, weight)}`,
    hint: "detach the weight, so that the policy term moves the policy alone, and once",
    start: product.start,
    end: product.end,
    fixes: [appending("Detach the weight", program, weight, ".detach()")],
  };
}

export const missingDetach: LintRow = {
  id: "missing-detach",
  severity: "warning",
  doc: "A weight of the policy term lets gradient into the value estimate.",
  example: "G = discounted_returns(r, gamma)\nloss = -((G - V) * log_pi).sum()",
  reads: "values",
  find: valueInWeight,
};

export const undetachedRatio: LintRow = {
  id: "undetached-ratio",
  severity: "warning",
  doc: "A ratio of new to old probabilities weights ln π without being detached.",
  example: "ratio = exp(log_pi - log_pi_old)\nloss = -(ratio * adv * log_pi).sum()",
  reads: "values",
  find: ratioInWeight,
};
