import type { EditorView } from "@codemirror/view";
import type { TextEdit } from "../../src/loss/editing/rename.ts";

/** Makes replacements at offsets as one edit that can be undone. */
export function applyEdits(view: EditorView, edits: readonly TextEdit[]): void {
  view.dispatch({
    changes: edits.map(({ start, end, text }) => ({ from: start, to: end, insert: text })),
    userEvent: "input.fix",
  });
}

/** Puts another text into the editor as one edit that can be undone, touching only what differs. */
export function replaceText(view: EditorView, text: string): void {
  const before = view.state.doc.toString();
  if (before === text) return;
  const { from, to, insert } = smallestChange(before, text);
  view.dispatch({ changes: { from, to, insert } });
}

/** The shortest stretch that has to be replaced to turn one text into another. */
export function smallestChange(before: string, after: string): { from: number; to: number; insert: string } {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let tail = 0;
  while (tail < shorter - from && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}
