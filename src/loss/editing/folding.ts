import type { LossReading } from "./reading.ts";

/** Lines, counted from 0, that can be folded into the first of them. */
export interface Fold {
  readonly first: number;
  readonly last: number;
  readonly kind: "comment" | "statement";
}

/** What can be folded: comments of several lines, and statements that go on over several lines. */
export function foldsOf({ text, program }: LossReading): readonly Fold[] {
  const lines = text.split("\n");
  const folds: Fold[] = [];
  for (let first = 0; first < lines.length; first++) {
    let last = first;
    while (isComment(lines[last]) && isComment(lines[last + 1])) last++;
    if (last > first) folds.push({ first, last, kind: "comment" });
    first = last;
  }
  for (const { start, end } of program?.statements ?? []) {
    const [first, last] = [lineOf(text, start), lineOf(text, end)];
    if (last > first) folds.push({ first, last, kind: "statement" });
  }
  return folds;
}

function isComment(line: string | undefined): boolean {
  return line !== undefined && /^\s*#/u.test(line);
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length - 1;
}
