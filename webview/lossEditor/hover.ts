import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, hoverTooltip, keymap, showTooltip, type Tooltip } from "@codemirror/view";
import { describeAt } from "../../src/loss/editing/describe.ts";
import type { NodeView } from "../../src/protocol/views.ts";
import { descriptionCard, nodeCard } from "./nodeCard.ts";
import { readingOf } from "./reading.ts";

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
    async (view, offset) => tooltip(view, offset, await ask(view.state.doc.toString(), offset)),
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
  const { head } = view.state.selection.main;
  void ask(text, head).then((node) => {
    if (view.state.doc.toString() !== text) return;
    view.dispatch({ effects: setCard.of(tooltip(view, head, node)) });
  });
  return true;
}

function dismissCard(view: EditorView): boolean {
  if (view.state.field(calledCard) === null) return false;
  view.dispatch({ effects: setCard.of(null) });
  return true;
}

/** The expression's values; where the engine has none, its shape and documentation. */
function tooltip(view: EditorView, offset: number, node: NodeView | null): Tooltip | null {
  if (node !== null)
    return { pos: node.start, end: node.end, above: true, create: () => ({ dom: nodeCard(node) }) };
  const described = describeAt(readingOf(view.state), offset);
  if (described === undefined) return null;
  const { start, end } = described;
  return { pos: start, end, above: true, create: () => ({ dom: descriptionCard(described) }) };
}
