import type { Extension, Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/**
 * Puts typed text into the editor's document directly. The browser's own insertion would give text typed
 * over coloured text an inline style, which the page's security policy forbids. Composed input stays the browser's.
 */
export const directTyping: Extension = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { inputType, data, isComposing } = event;
    if (inputType !== "insertText" || data === null || isComposing || view.composing) return false;
    event.preventDefault();
    type(view, data);
    return true;
  },
});

function type(view: EditorView, text: string): void {
  const { from, to } = view.state.selection.main;
  const insert = (): Transaction =>
    view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
  const handlers = view.state.facet(EditorView.inputHandler);
  if (!handlers.some((handler) => handler(view, from, to, text, insert))) view.dispatch(insert());
}
