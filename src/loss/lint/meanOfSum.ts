import type { TextFix, TextRange } from "../diagnostic.ts";
import type { GraphNode } from "../graph.ts";
import type { CallNode, Program } from "../syntax.ts";
import type { Finding, LintRow, LintSubject } from "./lint.ts";
import { computedFrom, flowsInto, operatorName } from "./values.ts";

const SCORE: ReadonlySet<string> = new Set(["log_pi"]);
const TIME: ReadonlySet<string> = new Set(["t"]);
const REWARDS: ReadonlySet<string> = new Set(["r", "G_recorded"]);

/** Means over the steps of what the rule of REINFORCE sums: returns times ln π, with γᵗ or without. */
function meansOfReturns(subject: LintSubject): Finding[] {
  const score = flowsInto(subject, SCORE);
  const returns = weighsByReturns(subject);
  return subject.graph.nodes.flatMap((node) => {
    const [operand] = node.operands;
    if (operatorName(node) !== "mean" || operand?.shape.length !== 1 || node.shape.length > 0) return [];
    if (!score[operand.index] || !returns[operand.index] || !subject.flow.reached[node.index]) return [];
    return [averaged(subject.program, node)];
  });
}

/** For each node, whether plain returns weight it: scaled, centred or estimated ones are not the rule's own. */
function weighsByReturns(subject: LintSubject): readonly boolean[] {
  const time = computedFrom(subject, TIME);
  const rewards = computedFrom(subject, REWARDS);
  const plain: boolean[] = [];
  for (const node of subject.graph.nodes) plain.push(isPlain(node, plain, time, rewards));
  return plain;
}

function isPlain(
  node: GraphNode,
  plain: readonly boolean[],
  time: readonly boolean[],
  rewards: readonly boolean[],
): boolean {
  const name = operatorName(node);
  const [first] = node.operands;
  if (name === "discounted_returns") return rewards[first!.index]!;
  if (name === "pow") return time[node.operands[1]!.index]!;
  if (name === "mul") return node.operands.some(({ index }) => plain[index]!);
  if (name === "detach" || name === "neg") return plain[first!.index]!;
  return false;
}

function averaged(program: Program, { start, end }: GraphNode): Finding {
  const fix = summing(program, { start, end });
  return {
    message: "the rule sums over the steps; their mean makes every step of a long episode count less",
    hint: "write .sum(), or keep the mean and mind that the step size is divided by T",
    start,
    end,
    ...(fix && { fixes: [fix] }),
  };
}

function summing(program: Program, { start, end }: TextRange): TextFix | undefined {
  const call = program.nodes.find(
    (node): node is CallNode => node.kind === "call" && node.start === start && node.end === end,
  );
  return call && { title: "Sum instead", edits: [{ ...call.nameRange, text: "sum" }] };
}

export const meanOfSum: LintRow = {
  id: "mean-of-sum",
  severity: "information",
  doc: "Plain returns times ln π are averaged where the rule sums them.",
  example: "G = discounted_returns(r, gamma)\nloss = -(gamma**t * G.detach() * log_pi).mean()",
  reads: "values",
  find: meansOfReturns,
};
