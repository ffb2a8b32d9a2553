import { formatShape } from "../shapes.ts";
import type { Finding, LintRow, LintSubject } from "./lint.ts";
import { appending } from "./rewriting.ts";

function shapeOfResult({ program, graph }: LintSubject): Finding[] {
  const { shape } = graph.result;
  if (shape.length === 0) return [];
  const { expression } = program.result;
  const { start, end } = expression;
  return [
    {
      message: `the loss has the shape ${formatShape(shape)}; the gradient is that of its sum`,
      hint: "end with .sum() or .mean() to say which is meant",
      start,
      end,
      fixes: [".sum()", ".mean()"].map((call) => appending(`Append ${call}`, program, expression, call)),
    },
  ];
}

function unusedLines({ program, graph, flow }: LintSubject): Finding[] {
  return program.statements.flatMap((statement) => {
    const node = graph.byExpression[statement.expression.id];
    if (!node || flow.live[node.index] || statement === program.result) return [];
    const { start, end } = statement;
    return [{ message: `${statement.name ?? "this line"} does not enter the loss`, start, end }];
  });
}

function withoutGradient({ program, graph, flow }: LintSubject): Finding[] {
  if (flow.reached[graph.result.index] && flow.differentiable[graph.result.index]) return [];
  const { start, end } = program.result.expression;
  const hint = "name log_pi, logits, pi, entropy or V without detaching it";
  return [{ message: "no gradient reaches the policy", hint, start, end }];
}

export const notScalar: LintRow = {
  id: "not-scalar",
  severity: "information",
  doc: "The loss is a column or a table, not one number.",
  example: "loss = -adv * log_pi",
  reads: "values",
  find: shapeOfResult,
};

export const unused: LintRow = {
  id: "unused",
  severity: "hint",
  doc: "A line does not enter the loss.",
  example: "w = r * 2\nloss = -(adv * log_pi).sum()",
  reads: "values",
  find: unusedLines,
};

export const noGradient: LintRow = {
  id: "no-gradient",
  severity: "warning",
  doc: "No gradient reaches the policy.",
  example: "loss = (r * adv).sum()",
  reads: "values",
  find: withoutGradient,
};
