import {
  type EditorState,
  type Extension,
  StateEffect,
  StateField,
  type Transaction,
} from "@codemirror/state";
import { type EditorView, keymap, showTooltip, type Tooltip } from "@codemirror/view";
import { type SignatureHelp, signatureAt } from "../../src/loss/editing/signature.ts";

const setShown = StateEffect.define<boolean>();

/** The tip with the signature of the call around the cursor, from ( or , on until the cursor leaves it or Escape. */
const tip = StateField.define<Tooltip | null>({
  create: () => null,
  update(shown, transaction) {
    const wanted = isWanted(transaction, shown !== null);
    if (wanted && !transaction.docChanged && transaction.selection === undefined && shown !== null)
      return shown;
    return wanted ? tooltip(transaction.state) : null;
  },
  provide: (field) => showTooltip.from(field),
});

function isWanted(transaction: Transaction, shown: boolean): boolean {
  for (const effect of transaction.effects) if (effect.is(setShown)) return effect.value;
  return shown || opensCall(transaction);
}

/** Whether ( or , was just typed. */
function opensCall(transaction: Transaction): boolean {
  if (!transaction.docChanged || !transaction.isUserEvent("input.type")) return false;
  const { head } = transaction.state.selection.main;
  return /[(,]/u.test(transaction.state.sliceDoc(head - 1, head));
}

/** Shows the signature of the call around the cursor. */
export function showSignature(view: EditorView): boolean {
  view.dispatch({ effects: setShown.of(true) });
  return view.state.field(tip) !== null;
}

function hideSignature(view: EditorView): boolean {
  if (view.state.field(tip) === null) return false;
  view.dispatch({ effects: setShown.of(false) });
  return true;
}

/** Signature help while arguments are written, and by Ctrl+Shift+Space. */
export const signatureHelp: Extension = [
  tip,
  keymap.of([
    { key: "Mod-Shift-Space", run: showSignature },
    { key: "Escape", run: hideSignature },
  ]),
];

function tooltip(state: EditorState): Tooltip | null {
  const { head } = state.selection.main;
  const help = signatureAt(state.doc.toString(), head);
  if (help === undefined) return null;
  return { pos: head, above: true, strictSide: false, create: () => ({ dom: card(help) }) };
}

function card({ label, parameters, active, documentation }: SignatureHelp): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "tip signature";
  const code = document.createElement("code");
  const parameter = active === undefined ? undefined : parameters[active];
  if (parameter === undefined) code.append(label);
  else {
    const strong = document.createElement("b");
    strong.textContent = label.slice(parameter.start, parameter.end);
    code.append(label.slice(0, parameter.start), strong, label.slice(parameter.end));
  }
  dom.append(code, line(parameter?.documentation ?? ""), line(documentation));
  return dom;
}

function line(text: string): HTMLElement {
  const element = document.createElement("div");
  element.className = "quiet";
  element.textContent = text;
  element.hidden = text === "";
  return element;
}
