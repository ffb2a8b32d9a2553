import * as vscode from "vscode";

/** The editor's range of a half-open range of UTF-16 offsets. */
export function toRange(
  document: vscode.TextDocument,
  { start, end }: { readonly start: number; readonly end: number },
): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
