import { type Diagnostic as LintDiagnostic, setDiagnostics } from "@codemirror/lint";
import type { EditorView } from "@codemirror/view";
import type { Diagnostic } from "../../src/protocol/shared.ts";

const severities = { error: "error", warning: "warning", information: "info", hint: "hint" } as const;

/** Underlines what is wrong; the tooltip says what would be allowed and offers what would mend it. */
export function showDiagnostics(view: EditorView, diagnostics: readonly Diagnostic[]): void {
  const { length } = view.state.doc;
  const shown = diagnostics.map((diagnostic) => toLint(diagnostic, length));
  view.dispatch(setDiagnostics(view.state, shown));
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
      apply: (view: EditorView) =>
        view.dispatch({
          changes: fix.edits.map(({ start, end, text }) => ({ from: start, to: end, insert: text })),
          userEvent: "input.fix",
        }),
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
