import type { Diagnostic, TextRange } from "./diagnostic.ts";
import type { GraphNode } from "./graph.ts";
import { formatShape, isSpread, type SymbolicShape } from "./shapes.ts";

/** Whether a method call may not simply be appended to the text. */
function needsBrackets(text: string): boolean {
  return /[\s+\-*/@<>=&|~]/.test(text);
}

/**
 * The diagnostic for [T, 1] against [T], which PyTorch spreads to [T, T]: nearly always a mistake that still trains
 * a little. The loss can be evaluated all the same.
 */
export function findSpread(
  text: string,
  operands: readonly GraphNode[],
  { start, end }: TextRange,
  result: SymbolicShape,
): Diagnostic | undefined {
  const tables = operands.filter((operand) => operand.shape.length === 2);
  const column = tables.find((table) => operands.some((other) => isSpread(table.shape, other.shape)));
  const row = column && operands.find((operand) => isSpread(column.shape, operand.shape));
  if (!row) return undefined;
  const source = text.slice(column.start, column.end);
  const squeezed = needsBrackets(source) ? `(${source}).squeeze(1)` : `${source}.squeeze(1)`;
  const shapes = `${formatShape(column.shape)} against ${formatShape(row.shape)} spreads to ${formatShape(result)}`;
  const edit = { start: column.start, end: column.end, text: squeezed };
  return {
    severity: "error",
    code: "spread",
    message: `${shapes}: every step is combined with every other`,
    hint: "remove the axis of size 1 with .squeeze(1)",
    start,
    end,
    fixes: [{ title: "Remove the axis with .squeeze(1)", edits: [edit] }],
  };
}
