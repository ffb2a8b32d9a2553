import * as vscode from "vscode";
import type { TextFix } from "../../loss/diagnostic.ts";
import { toDiagnostic } from "./followDiagnostics.ts";
import type { LossReader } from "./lossReader.ts";
import { toEdit, toRange } from "./positions.ts";

/** Offers what would mend the problems under the cursor; where there is one way only, it is the preferred one. */
export function lossFixes(reader: LossReader): vscode.CodeActionProvider {
  return {
    provideCodeActions(document, range) {
      const here = reader
        .read(document)
        .diagnostics.filter((problem) => toRange(document, problem).intersection(range) !== undefined);
      return here.flatMap((problem) => {
        const fixes = problem.fixes ?? [];
        return fixes.map((fix) => {
          const action = toAction(document, fix);
          action.diagnostics = [toDiagnostic(document, problem)];
          action.isPreferred = fixes.length === 1;
          return action;
        });
      });
    },
  };
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
