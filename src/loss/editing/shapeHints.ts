import { formatShape } from "../shapes.ts";
import type { LossReading } from "./reading.ts";

/** A quiet text behind the code of a line. */
export interface LineHint {
  readonly offset: number;
  readonly text: string;
}

/** The shape of what each line gives, behind its code; bare numbers need none. */
export function shapeHintsOf({ text, program, graph }: LossReading): readonly LineHint[] {
  if (program === undefined || graph === undefined) return [];
  return program.statements.flatMap(({ expression }) => {
    const node = graph.byExpression[expression.id];
    if (node === undefined || node.constant !== undefined) return [];
    const shape = node.shape.length === 0 ? "scalar" : formatShape(node.shape);
    return [{ offset: codeEnd(text, expression.end), text: shape }];
  });
}

/** Where the code of a line ends: before a comment and the spaces that lead to it. */
export function codeEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  const line = text.slice(offset, newline < 0 ? undefined : newline);
  const comment = line.indexOf("#");
  return offset + (comment < 0 ? line : line.slice(0, comment)).trimEnd().length;
}
