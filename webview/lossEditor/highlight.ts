import { type Extension, RangeSetBuilder } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import type { LossLanguage, TokenKind } from "./language.ts";

const marks = new Map<TokenKind, Decoration>(
  (["comment", "number", "name", "function", "operator", "keyword", "string"] as const).map((kind) => [
    kind,
    Decoration.mark({ class: `loss-${kind}` }),
  ]),
);

/** Colours the text by the language's own lexer. A loss is short, so all of it is read on every change. */
export function highlighting(language: LossLanguage): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = decorate(language, view.state.doc.toString());
      }
      update(update: ViewUpdate): void {
        if (update.docChanged) this.decorations = decorate(language, update.state.doc.toString());
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

function decorate(language: LossLanguage, text: string): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { start, end, kind } of language.tokens(text)) {
    const mark = marks.get(kind);
    if (mark !== undefined && end > start) builder.add(start, end, mark);
  }
  return builder.finish();
}
