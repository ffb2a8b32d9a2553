import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, hoverTooltip, keymap, showTooltip, type Tooltip } from "@codemirror/view";
import type { NodeView } from "../../src/protocol/views.ts";
import { nodeCard } from "./nodeCard.ts";

type AskNode = (text: string, offset: number) => Promise<NodeView | null>;

const setCard = StateEffect.define<Tooltip | null>();

/** The card that was called by the keyboard, until the text, the cursor or Escape takes it away. */
const calledCard = StateField.define<Tooltip | null>({
  create: () => null,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(setCard)) return effect.value;
    return transaction.docChanged || transaction.selection !== undefined ? null : shown;
  },
  provide: (field) => showTooltip.from(field),
});

/** Values and adjoints of the expression under the pointer, or at the cursor by Ctrl+K Ctrl+I. */
export function nodeHover(ask: AskNode): Extension {
  const pointer = hoverTooltip(
    async (view, offset) => tooltip(await ask(view.state.doc.toString(), offset)),
    {
      hoverTime: 250,
    },
  );
  const keys = keymap.of([
    { key: "Mod-k Mod-i", run: (view) => callCard(view, ask) },
    { key: "Escape", run: dismissCard },
  ]);
  return [pointer, calledCard, keys];
}

function callCard(view: EditorView, ask: AskNode): boolean {
  const text = view.state.doc.toString();
  void ask(text, view.state.selection.main.head).then((node) => {
    if (view.state.doc.toString() === text) view.dispatch({ effects: setCard.of(tooltip(node)) });
  });
  return true;
}

function dismissCard(view: EditorView): boolean {
  if (view.state.field(calledCard) === null) return false;
  view.dispatch({ effects: setCard.of(null) });
  return true;
}

function tooltip(node: NodeView | null): Tooltip | null {
  if (node === null) return null;
  return { pos: node.start, end: node.end, above: true, create: () => ({ dom: nodeCard(node) }) };
}
