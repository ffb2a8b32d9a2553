import * as vscode from "vscode";
import type { TextRange } from "../../loss/diagnostic.ts";

/** The editor's range of a half-open range of UTF-16 offsets. */
export function toRange(document: vscode.TextDocument, { start, end }: TextRange): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

/** The editor's edit for a replacement at offsets. */
export function toEdit(
  document: vscode.TextDocument,
  edit: TextRange & { readonly text: string },
): vscode.TextEdit {
  return vscode.TextEdit.replace(toRange(document, edit), edit.text);
}
