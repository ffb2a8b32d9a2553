import * as vscode from "vscode";
import type { TextFix } from "../../loss/diagnostic.ts";
import { looksLikePython } from "../../loss/python/looksLikePython.ts";
import { toDiagnostic } from "./followDiagnostics.ts";
import type { LossReader } from "./lossReader.ts";
import { toEdit, toRange } from "./positions.ts";

/** Offers what would mend the problems under the cursor; where there is one way only, it is the preferred one. */
export function lossFixes(reader: LossReader): vscode.CodeActionProvider {
  return {
    async provideCodeActions(document, range) {
      const here = reader
        .read(document)
        .diagnostics.filter((problem) => toRange(document, problem).intersection(range) !== undefined);
      const hasErrors = here.some(({ severity }) => severity === "error");
      const translation = hasErrors ? await translationOf(document.getText()) : undefined;
      const actions = here.flatMap((problem) => {
        const fixes = problem.fixes ?? [];
        return fixes.map((fix) => {
          const action = toAction(document, fix);
          action.diagnostics = [toDiagnostic(document, problem)];
          action.isPreferred = fixes.length === 1;
          return action;
        });
      });
      return translation === undefined ? actions : [toAction(document, translation), ...actions];
    },
  };
}

/** What reads Python is a file of its own, read when there is some. */
async function translationOf(text: string): Promise<TextFix | undefined> {
  if (!looksLikePython(text)) return undefined;
  const { translationFix } = await import("../../loss/python/offer.ts");
  return translationFix(text);
}

function toAction(document: vscode.TextDocument, { title, edits }: TextFix): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.edit = new vscode.WorkspaceEdit();
  action.edit.set(
    document.uri,
    edits.map((edit) => toEdit(document, edit)),
  );
  return action;
}
