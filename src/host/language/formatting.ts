import * as vscode from "vscode";
import { formatLoss } from "../../loss/editing/format.ts";

/** Formats a loss; one that cannot be parsed stays as it is. */
export const lossFormatting: vscode.DocumentFormattingEditProvider = {
  provideDocumentFormattingEdits(document) {
    const text = document.getText();
    const formatted = formatLoss(text);
    if (formatted === undefined || formatted === text) return [];
    const all = new vscode.Range(document.positionAt(0), document.positionAt(text.length));
    return [vscode.TextEdit.replace(all, formatted)];
  },
};
