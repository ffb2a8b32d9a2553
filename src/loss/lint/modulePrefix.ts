import { libraryOf } from "../modules.ts";
import { OVERLOADED, operatorNamed } from "../operators.ts";
import type { CallNode, Program } from "../syntax.ts";
import type { Finding, LintRow } from "./lint.ts";

/** Whether the call means the same without its library's name. */
function isNeedless({ name, module }: CallNode): boolean {
  const library = libraryOf(module);
  if (library === undefined || OVERLOADED.has(name)) return false;
  return operatorNamed(name)?.libraryDefaults?.[library] === undefined;
}

function prefixes({ nodes, text }: Program): Finding[] {
  return nodes.flatMap((node) => {
    if (node.kind !== "call" || node.module === undefined || !isNeedless(node)) return [];
    const range = { start: node.start, end: node.nameRange.start };
    const written = text.slice(range.start, range.end);
    return [
      {
        ...range,
        message: `${written} is read and dropped`,
        fixes: [{ title: `Remove ${written}`, edits: [{ ...range, text: "" }] }],
      },
    ];
  });
}

export const modulePrefix: LintRow = {
  id: "module-prefix",
  severity: "hint",
  doc: "A library's name stands before an operator and may be left out.",
  example: "loss = -torch.sum(adv * log_pi)",
  reads: "syntax",
  find: prefixes,
};
