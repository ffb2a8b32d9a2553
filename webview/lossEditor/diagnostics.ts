import {
  type Diagnostic as LintDiagnostic,
  nextDiagnostic,
  previousDiagnostic,
  setDiagnostics,
} from "@codemirror/lint";
import { type EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, keymap } from "@codemirror/view";
import type { Diagnostic } from "../../src/protocol/shared.ts";
import { applyEdits } from "./edits.ts";

const severities = { error: "error", warning: "warning", information: "info", hint: "hint" } as const;

const setProblems = StateEffect.define<readonly Diagnostic[]>();

/** The problems that are underlined now; an edit takes them away until those of the new text are set. */
const problems = StateField.define<readonly Diagnostic[]>({
  create: () => [],
  update(known, transaction) {
    for (const effect of transaction.effects) if (effect.is(setProblems)) return effect.value;
    return transaction.docChanged ? [] : known;
  },
});

/** Problems and the keys from one to the next: F8 and Shift+F8. */
export const problemKeys: Extension = [
  problems,
  keymap.of([
    { key: "F8", run: nextDiagnostic },
    { key: "Shift-F8", run: previousDiagnostic },
  ]),
];

export function problemsOf(state: EditorState): readonly Diagnostic[] {
  return state.field(problems);
}

/** Underlines what is wrong; the tooltip says what would be allowed and offers what would mend it. */
export function showDiagnostics(view: EditorView, diagnostics: readonly Diagnostic[]): void {
  const { length } = view.state.doc;
  const shown = diagnostics.map((diagnostic) => toLint(diagnostic, length));
  const lint = setDiagnostics(view.state, shown);
  view.dispatch(lint, { effects: setProblems.of(diagnostics) });
}

function toLint(diagnostic: Diagnostic, length: number): LintDiagnostic {
  const from = Math.min(diagnostic.start, length);
  const to = Math.min(Math.max(diagnostic.end, from), length);
  return {
    from: to === from && from > 0 ? from - 1 : from,
    to: to === from ? Math.min(from + 1, length) : to,
    severity: severities[diagnostic.severity],
    message: diagnostic.message,
    renderMessage: () => messageElement(diagnostic),
    actions: (diagnostic.fixes ?? []).map((fix) => ({
      name: fix.title,
      apply: (view: EditorView) => applyEdits(view, fix.edits),
    })),
  };
}

function messageElement({ message, hint }: Diagnostic): HTMLElement {
  const element = document.createElement("span");
  element.append(message);
  if (hint === undefined) return element;
  const second = document.createElement("span");
  second.className = "diagnostic-hint";
  second.textContent = hint;
  element.append(second);
  return element;
}
