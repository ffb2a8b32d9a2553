import * as vscode from "vscode";
import type { ChangeContext, ScriptChange } from "../../python/main.ts";

/** A finding on a line of a script, as far as changing the script needs it. */
export interface ScriptFinding extends ChangeContext {
  readonly id: string;
  /** Where the update was recorded, counted from 1. */
  readonly line: number;
}

/** Changes of a script that mend a finding, as the script stands now; none where no known form of the mistake is there. */
export async function changesOf(
  document: vscode.TextDocument,
  { id, line, isOneEpisode }: ScriptFinding,
): Promise<readonly ScriptChange[]> {
  if (document.languageId !== "python") return [];
  const { suggestChanges } = await import("../../python/main.ts");
  return suggestChanges(document.getText(), id, line, { isOneEpisode });
}

/** A change as an edit that the editor shows before it makes it. */
export function editOf(
  document: vscode.TextDocument,
  { title, edits }: ScriptChange,
  finding: string,
): vscode.WorkspaceEdit {
  const workspaceEdit = new vscode.WorkspaceEdit();
  const newline = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
  const metadata = { label: `${finding}: ${title}`, needsConfirmation: true };
  for (const { from, to, text } of edits) {
    const range = new vscode.Range(document.positionAt(from), document.positionAt(to));
    workspaceEdit.replace(document.uri, range, text.replaceAll("\n", newline), metadata);
  }
  return workspaceEdit;
}
