import type { Extension } from "@codemirror/state";
import { type EditorView, keymap } from "@codemirror/view";
import { formatLoss } from "../../src/loss/editing/format.ts";
import { replaceText } from "./edits.ts";

/** Formats the loss; one that cannot be parsed stays as it is. */
export function formatText(view: EditorView): boolean {
  const text = view.state.doc.toString();
  const formatted = formatLoss(text);
  // An empty last line is a file's custom; here it stays as it is.
  if (formatted !== undefined) replaceText(view, text.endsWith("\n") ? formatted : formatted.trimEnd());
  return true;
}

export const formatting: Extension = keymap.of([{ key: "Shift-Alt-f", run: formatText }]);
