import * as vscode from "vscode";
import { type LossDiagnostic, readLoss } from "./lossDocument.ts";
import { toRange } from "./positions.ts";

/** Offers what would mend the problems under the cursor. */
export const lossFixes: vscode.CodeActionProvider = {
  provideCodeActions(document, range) {
    const { diagnostics } = readLoss(document.getText());
    return diagnostics
      .filter((problem) => toRange(document, problem).intersection(range) !== undefined)
      .flatMap((problem) => (problem.fixes ?? []).map((fix) => toAction(document, fix)));
  },
};

type Fix = NonNullable<LossDiagnostic["fixes"]>[number];

function toAction(document: vscode.TextDocument, { title, edits }: Fix): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.edit = new vscode.WorkspaceEdit();
  for (const edit of edits) action.edit.replace(document.uri, toRange(document, edit), edit.text);
  return action;
}
