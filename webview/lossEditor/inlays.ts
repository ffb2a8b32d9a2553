import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";
import type { InlayView } from "../../src/protocol/views.ts";

class Inlay extends WidgetType {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override eq(other: Inlay): boolean {
    return other.#text === this.#text;
  }

  override toDOM(): HTMLElement {
    const element = document.createElement("span");
    element.className = "loss-inlay";
    element.textContent = this.#text;
    return element;
  }
}

const setInlays = StateEffect.define<readonly InlayView[]>();

/** Quiet values beside the code. They move with the text until the next ones come. */
export const inlays: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, transaction) {
    let next = shown.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setInlays)) next = decorations(effect.value, transaction.state.doc.length);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Puts inlays into an editor in place of those that are there. */
export function showInlays(view: EditorView, list: readonly InlayView[]): void {
  view.dispatch({ effects: setInlays.of(list) });
}

function decorations(list: readonly InlayView[], length: number): DecorationSet {
  return Decoration.set(
    list.map(({ offset, text }) =>
      Decoration.widget({ widget: new Inlay(text), side: 1 }).range(Math.min(Math.max(0, offset), length)),
    ),
    true,
  );
}
