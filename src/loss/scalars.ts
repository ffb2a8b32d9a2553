import type { TextRange } from "./diagnostic.ts";
import type { Program } from "./syntax.ts";

/** A statement that is a bare number: something to slide. */
export interface BareNumber extends TextRange {
  readonly name: string;
  readonly value: number;
}

/** The bare-number statements of a program, with the number's own range. */
export function bareNumbers(program: Program): BareNumber[] {
  return program.statements.flatMap(({ name, expression }) => {
    if (name === undefined) return [];
    if (expression.kind === "number")
      return [{ name, value: expression.value, start: expression.start, end: expression.end }];
    const isNegative =
      expression.kind === "unary" && expression.operator === "-" && expression.operand.kind === "number";
    return isNegative
      ? [{ name, value: -expression.operand.value, start: expression.start, end: expression.end }]
      : [];
  });
}
