import type { TextFix, TextRange } from "./diagnostic.ts";
import type { Expression, Program } from "./syntax.ts";

/** A statement that gives a bare number a name, as `beta = 1e-4`; the range is that of the number with its sign. */
export interface NamedNumber extends TextRange {
  readonly name: string;
  readonly value: number;
}

function bareNumber(expression: Expression): number | undefined {
  if (expression.kind === "number") return expression.value;
  if (expression.kind !== "unary" || expression.operator === "~") return undefined;
  const inner = expression.operand.kind === "number" ? expression.operand.value : undefined;
  return inner === undefined || expression.operator === "+" ? inner : -inner;
}

/** The numbers that a panel can offer as sliders, in the order of the text. */
export function namedNumbers(program: Program): NamedNumber[] {
  const found: NamedNumber[] = [];
  for (const { name, expression } of program.statements) {
    const value = name === undefined ? undefined : bareNumber(expression);
    if (value !== undefined) found.push({ name: name!, value, start: expression.start, end: expression.end });
  }
  return found;
}

/** The edit that gives a named number another value. Throws RangeError where the value is not finite. */
export function numberEdit(number: NamedNumber, value: number): TextFix {
  if (!Number.isFinite(value)) throw new RangeError(`${number.name} cannot be ${value}`);
  const text = Object.is(value, -0) ? "0" : String(value);
  return { title: `Set ${number.name} to ${text}`, edits: [{ start: number.start, end: number.end, text }] };
}

/** `text` after the edits of a fix, which must not overlap. */
export function applyFix(text: string, fix: TextFix): string {
  const edits = [...fix.edits].sort((a, b) => b.start - a.start);
  return edits.reduce(
    (changed, edit) => changed.slice(0, edit.start) + edit.text + changed.slice(edit.end),
    text,
  );
}
