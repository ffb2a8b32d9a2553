import { type Extension, Prec } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/**
 * Typing over a selection, done here and not by the browser: that would keep the look of the replaced
 * text by a style of its own on what is typed, which the page's policy forbids.
 */
export const typeOver: Extension = Prec.high(
  EditorView.domEventHandlers({
    beforeinput: (event, view) => {
      const { data } = event;
      if (event.inputType !== "insertText" || event.isComposing || data === null) return false;
      const { main, ranges } = view.state.selection;
      if (main.empty || ranges.length > 1) return false;
      event.preventDefault();
      replaceSelection(view, data);
      return true;
    },
  }),
);

/** As the editor does it after the browser: whoever handles typed text is asked first. */
function replaceSelection(view: EditorView, text: string): void {
  const { from, to } = view.state.selection.main;
  const typed = () =>
    view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
  const handlers = view.state.facet(EditorView.inputHandler);
  if (!handlers.some((handle) => handle(view, from, to, text, typed))) view.dispatch(typed());
}
