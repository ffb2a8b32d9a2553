import type { Expression, IndexEntry } from "../syntax.ts";

/** Copies an expression to the end of a program's nodes, its names as `rename` has them; ranges stay. */
export function copyExpression(
  expression: Expression,
  nodes: Expression[],
  rename: (name: string) => string,
): Expression {
  const copy = (inner: Expression) => copyExpression(inner, nodes, rename);
  const add = (copied: Expression): Expression => {
    const node = { ...copied, id: nodes.length };
    nodes.push(node);
    return node;
  };
  switch (expression.kind) {
    case "name":
      return add({
        ...expression,
        name: expression.module === undefined ? rename(expression.name) : expression.name,
      });
    case "unary":
      return add({ ...expression, operand: copy(expression.operand) });
    case "binary":
      return add({ ...expression, left: copy(expression.left), right: copy(expression.right) });
    case "call":
      return add({
        ...expression,
        arguments: expression.arguments.map((argument) => ({ ...argument, value: copy(argument.value) })),
      });
    case "index":
      return add({
        ...expression,
        target: copy(expression.target),
        entries: expression.entries.map((entry) => copyEntry(entry, copy)),
      });
    case "list":
      return add({ ...expression, items: expression.items.map(copy) });
    default:
      return add(expression);
  }
}

function copyEntry(entry: IndexEntry, copy: (expression: Expression) => Expression): IndexEntry {
  if (entry.kind === "at") return { kind: "at", value: copy(entry.value) };
  const bound = (expression: Expression | undefined) => expression && copy(expression);
  return { kind: "slice", start: bound(entry.start), stop: bound(entry.stop), step: bound(entry.step) };
}
