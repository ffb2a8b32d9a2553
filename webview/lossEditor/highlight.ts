import { type EditorState, type Extension, RangeSetBuilder, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import { type TokenMeaning, tokensOf } from "../../src/loss/editing/tokens.ts";
import { readingOf } from "./reading.ts";

/** The class of each meaning that has a colour of its own. */
const classes: Readonly<Partial<Record<TokenMeaning, string>>> = {
  comment: "loss-comment",
  number: "loss-number",
  slider: "loss-slider",
  text: "loss-string",
  constant: "loss-constant",
  operator: "loss-operator",
  head: "loss-head",
  data: "loss-data",
  declaration: "loss-declaration",
  definition: "loss-definition",
  parameter: "loss-parameter",
  module: "loss-module",
  rule: "loss-rule",
};

/** Colours the text by what its words refer to. A loss is short, so all of it is read on every change. */
export const highlighting: Extension = StateField.define<DecorationSet>({
  create: decorate,
  update: (shown, transaction) => (transaction.docChanged ? decorate(transaction.state) : shown),
  provide: (field) => EditorView.decorations.from(field),
});

function decorate(state: EditorState): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { start, end, meaning } of tokensOf(readingOf(state))) {
    const name = classes[meaning];
    if (name !== undefined) builder.add(start, end, Decoration.mark({ class: name }));
  }
  return builder.finish();
}
