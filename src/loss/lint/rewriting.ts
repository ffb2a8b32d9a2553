import type { TextFix, TextRange } from "../diagnostic.ts";
import type { Expression, Program } from "../syntax.ts";

/** Whether a method call can follow the expression as it stands. */
export function isTight(expression: Expression): boolean {
  return expression.kind !== "binary" && expression.kind !== "unary";
}

export function sourceOf(program: Program, { start, end }: TextRange): string {
  return program.text.slice(start, end);
}

/** The fix that puts `text` in the place of a range. */
export function replacing(title: string, { start, end }: TextRange, text: string): TextFix {
  return { title, edits: [{ start, end, text }] };
}

/** The fix that calls `method` on what stands at a range, in brackets where it needs them. */
export function appending(title: string, program: Program, range: TextRange, method: string): TextFix {
  const { text } = program;
  const written = program.nodes.findLast(({ start, end }) => start === range.start && end === range.end);
  if (written !== undefined && isTight(written))
    return { title, edits: [{ start: range.end, end: range.end, text: method }] };
  const bracketed =
    text[range.start - 1] === "(" && text[range.end] === ")" && !isCalled(text, range.start - 1);
  if (bracketed) return { title, edits: [{ start: range.end + 1, end: range.end + 1, text: method }] };
  return {
    title,
    edits: [
      { start: range.start, end: range.start, text: "(" },
      { start: range.end, end: range.end, text: `)${method}` },
    ],
  };
}

/** Whether the bracket at an offset opens the arguments of a call. */
function isCalled(text: string, offset: number): boolean {
  return /[\p{L}\p{N}_]\s*$/u.test(text.slice(0, offset));
}
