import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, keymap, showTooltip, type Tooltip } from "@codemirror/view";
import type { Diagnostic } from "../../src/protocol/shared.ts";
import { problemsOf } from "./diagnostics.ts";
import { applyEdits } from "./edits.ts";

type Fix = NonNullable<Diagnostic["fixes"]>[number];

const setMenu = StateEffect.define<Tooltip | null>();

const menu = StateField.define<Tooltip | null>({
  create: () => null,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(setMenu)) return effect.value;
    return transaction.docChanged || transaction.selection !== undefined ? null : shown;
  },
  provide: (field) => showTooltip.from(field),
});

/** What mends the problems at the cursor, as a menu for the keyboard: Ctrl+., arrows, Enter, Escape. */
export const fixMenu: Extension = [menu, keymap.of([{ key: "Mod-.", run: openMenu }])];

function openMenu(view: EditorView): boolean {
  const { head } = view.state.selection.main;
  const here = problemsOf(view.state).filter(({ start, end }) => start <= head && head <= end);
  const line = view.state.doc.lineAt(head);
  const onLine = problemsOf(view.state).filter(({ start, end }) => start <= line.to && end >= line.from);
  const fixes = (here.length > 0 ? here : onLine).flatMap((problem) => problem.fixes ?? []);
  if (fixes.length === 0) return true;
  const create = () => ({ dom: menuElement(view, fixes), mount: (): void => focusFirst(view) });
  view.dispatch({ effects: setMenu.of({ pos: head, above: false, create }) });
  return true;
}

function focusFirst(view: EditorView): void {
  view.dom.ownerDocument.querySelector<HTMLButtonElement>(".fix-menu button")?.focus();
}

function menuElement(view: EditorView, fixes: readonly Fix[]): HTMLElement {
  const element = document.createElement("div");
  element.className = "tip fix-menu";
  element.setAttribute("role", "menu");
  element.setAttribute("aria-label", "Fixes");
  for (const fix of fixes) {
    const button = document.createElement("button");
    button.className = "menu-item";
    button.setAttribute("role", "menuitem");
    button.textContent = fix.title;
    button.addEventListener("click", () => {
      applyEdits(view, fix.edits);
      view.focus();
    });
    element.append(button);
  }
  element.addEventListener("keydown", (event) => heed(event, element, view));
  return element;
}

const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

function heed(event: KeyboardEvent, element: HTMLElement, view: EditorView): void {
  const buttons = [...element.querySelectorAll("button")];
  const move = moves[event.key];
  if (move !== undefined) {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons.at((at + move) % buttons.length)?.focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    view.dispatch({ effects: setMenu.of(null) });
    view.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}
