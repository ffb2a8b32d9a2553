import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, keymap, showTooltip, type Tooltip } from "@codemirror/view";
import { renameAt, renameableAt } from "../../src/loss/editing/rename.ts";
import { applyEdits } from "./edits.ts";

const setTip = StateEffect.define<Tooltip | null>();

const tip = StateField.define<Tooltip | null>({
  create: () => null,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(setTip)) return effect.value;
    return transaction.docChanged || transaction.selection !== undefined ? null : shown;
  },
  provide: (field) => showTooltip.from(field),
});

/** Renames what the text defines: F2, the new name, Enter. Why a name cannot be taken is said beside it. */
export const renaming: Extension = [tip, keymap.of([{ key: "F2", run: openRename }])];

function openRename(view: EditorView): boolean {
  const { head } = view.state.selection.main;
  const found = renameableAt(view.state.doc.toString(), head);
  const dom = found.ok ? renameInput(view, head, found.name) : reason(found.reason);
  const pos = found.ok ? found.range.start : head;
  const create = () => ({ dom, mount: () => dom.querySelector("input")?.select() });
  view.dispatch({ effects: setTip.of({ pos, above: false, create }) });
  return true;
}

function close(view: EditorView): void {
  view.dispatch({ effects: setTip.of(null) });
  view.focus();
}

function reason(text: string): HTMLElement {
  const element = document.createElement("div");
  element.className = "tip rename";
  element.setAttribute("role", "status");
  element.textContent = text;
  return element;
}

function renameInput(view: EditorView, offset: number, name: string): HTMLElement {
  const element = document.createElement("div");
  element.className = "tip rename";
  const input = document.createElement("input");
  input.value = name;
  input.setAttribute("aria-label", `New name for ${name}`);
  const why = document.createElement("div");
  why.setAttribute("role", "status");
  const text = view.state.doc.toString();
  const attempt = () => renameAt(text, offset, input.value);
  input.addEventListener("input", () => {
    const renamed = attempt();
    why.textContent = renamed.ok ? "" : renamed.reason;
  });
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") close(view);
    if (event.key !== "Enter") return;
    event.preventDefault();
    const renamed = attempt();
    if (!renamed.ok) return;
    close(view);
    applyEdits(view, renamed.edits);
  });
  element.append(input, why);
  return element;
}
