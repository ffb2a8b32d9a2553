import { formatShape } from "../shapes.ts";
import type { LossReading } from "./reading.ts";

/** A quiet text behind a name. */
export interface ShapeHint {
  readonly offset: number;
  readonly text: string;
}

/** The shape of what each line defines, behind its name; bare numbers need none. */
export function shapeHintsOf({ program, graph }: LossReading): readonly ShapeHint[] {
  if (program === undefined || graph === undefined) return [];
  return program.statements.flatMap(({ nameRange, expression }) => {
    const node = graph.byExpression[expression.id];
    if (nameRange === undefined || node === undefined || node.constant !== undefined) return [];
    const text = node.shape.length === 0 ? ": scalar" : `: ${formatShape(node.shape)}`;
    return [{ offset: nameRange.end, text }];
  });
}
