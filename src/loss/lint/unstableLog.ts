import type { Diagnostic } from "../diagnostic.ts";
import { type GraphNode, leafName } from "../graph.ts";
import type { CallNode, Program } from "../syntax.ts";
import type { Finding, LintRow, LintSubject } from "./lint.ts";
import { replacing } from "./rewriting.ts";
import { operatorName } from "./values.ts";

/** log(softmax(x)) overflows where log_softmax(x) does not; likewise of the sigmoid. */
const STABLE_FORMS: ReadonlyMap<string, string> = new Map([
  ["softmax", "log_softmax"],
  ["sigmoid", "logsigmoid"],
]);

function unstableLogs({ program, graph }: LintSubject): Finding[] {
  return graph.nodes.flatMap((node) => {
    const [operand] = node.operands;
    if (operatorName(node) !== "log" || operand === undefined) return [];
    const better = STABLE_FORMS.get(operatorName(operand));
    if (better !== undefined) return [unstable(program, node, operatorName(operand), better)];
    return leafName(operand) === "pi" ? [logOfHead(node)] : [];
  });
}

function unstable(program: Program, log: GraphNode, inner: string, better: string): Finding {
  const fixes = rewritten(program, log, better);
  return {
    message: `the log of ${inner} loses digits and can be -Infinity`,
    hint: `use ${better}`,
    start: log.start,
    end: log.end,
    ...(fixes && { fixes }),
  };
}

/** One call for the two, where the inner one is written inside the outer one and not in a line of its own. */
function rewritten(program: Program, { start, end }: GraphNode, better: string): Diagnostic["fixes"] {
  const outer = program.nodes.find(
    (node): node is CallNode => node.kind === "call" && node.start === start && node.end === end,
  );
  const inner = outer?.arguments[0]?.value;
  if (outer === undefined || inner?.kind !== "call" || !STABLE_FORMS.has(inner.name)) return undefined;
  const { text } = program;
  const call =
    text.slice(inner.start, inner.nameRange.start) + better + text.slice(inner.nameRange.end, inner.end);
  return [replacing(`Use ${better}`, outer, call)];
}

function logOfHead({ start, end }: GraphNode): Finding {
  const fix = replacing("Use log_softmax", { start, end }, "log_softmax(logits, dim=1)");
  return {
    message: "the log of pi loses digits and is -Infinity where a probability underflows",
    hint: "use log_softmax(logits, dim=1), or log_pi for the action taken",
    start,
    end,
    fixes: [fix],
  };
}

export const unstableLog: LintRow = {
  id: "unstable-log",
  severity: "warning",
  doc: "The log of a softmax, of a sigmoid or of pi is taken in two steps.",
  example:
    "logp = log(softmax(logits, dim=1)).gather(1, a.unsqueeze(1)).squeeze(1)\nloss = -(adv * logp).sum()",
  reads: "values",
  find: unstableLogs,
};
