import type { SyntaxNode } from "./script.ts";

/** Text to put in place of what stands from `from` up to `to` (offsets). */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** One way to mend a finding in the script's own lines. */
export interface ScriptChange {
  /** What it does, in a few words: "put a minus in front". */
  readonly title: string;
  /** In the order of the text, without overlaps. */
  readonly edits: readonly TextEdit[];
}

export const insertAt = (offset: number, text: string): TextEdit => ({ from: offset, to: offset, text });

export const replaceNode = ({ from, to }: SyntaxNode, text: string): TextEdit => ({ from, to, text });

/** The text with its edits. */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  return edits.reduceRight(
    (done, { from, to, text: own }) => done.slice(0, from) + own + done.slice(to),
    text,
  );
}
