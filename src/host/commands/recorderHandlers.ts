import path from "node:path";
import * as vscode from "vscode";
import type { LinesBefore } from "../../python/main.ts";
import type { CommandHandler } from "./commandContext.ts";
import type { CommandAnswer } from "./commandTable.ts";

export const recorderHandlers = {
  addRecorder: async ({ extensionUri }) => {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== "python" || document.isUntitled) {
      return refuse("Open the Python script that trains, saved as a file, and run this again.");
    }
    const { hasRecorder, recorderLines } = await import("../../python/main.ts");
    if (hasRecorder(document.getText())) return refuse("This script has a recorder already.");
    const edit = new vscode.WorkspaceEdit();
    const problem = await addFile(
      edit,
      document.uri,
      vscode.Uri.joinPath(extensionUri, "python", "pgtrace.py"),
    );
    if (problem !== undefined) return refuse(problem);
    const stem = path.basename(document.uri.path, path.extname(document.uri.path));
    const { lines, missing } = recorderLines(document.getText(), stem);
    addLines(edit, document, lines);
    if (missing !== undefined) void vscode.window.showInformationMessage(missing);
    const applied = await vscode.workspace.applyEdit(edit, { isRefactoring: true });
    return applied ? { ok: true, path: document.uri.fsPath } : { ok: false, reason: "Nothing was changed." };
  },
} satisfies Record<string, CommandHandler>;

/** Puts the recorder's lines into the script. */
function addLines(
  edit: vscode.WorkspaceEdit,
  document: vscode.TextDocument,
  lines: readonly LinesBefore[],
): void {
  const newline = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
  const hasDraft = lines.some(({ isDraft }) => isDraft);
  for (const [at, { line, text, label, isDraft }] of lines.entries()) {
    // The editor opens its preview where something is to be confirmed, and ticks the rest.
    const needsConfirmation = isDraft ?? (!hasDraft && at === 0);
    const ended = text.replaceAll("\n", newline);
    // At the end of a file whose last line has no end.
    const place = document.validatePosition(new vscode.Position(line, 0));
    const needsEnd = line >= document.lineCount;
    edit.insert(document.uri, place, needsEnd ? `${newline}${ended}` : ended, { label, needsConfirmation });
  }
}

function refuse(reason: string): CommandAnswer {
  void vscode.window.showInformationMessage(reason);
  return { ok: false, reason };
}

/** Puts the recorder beside the script, unless it is there; the result says why it cannot be. */
async function addFile(
  edit: vscode.WorkspaceEdit,
  script: vscode.Uri,
  recorder: vscode.Uri,
): Promise<string | undefined> {
  const target = vscode.Uri.joinPath(script, "..", "pgtrace.py");
  const contents = await vscode.workspace.fs.readFile(recorder);
  const present = await readIfThere(target);
  if (present === undefined) {
    edit.createFile(
      target,
      { contents },
      {
        label: "Put the recorder beside the script",
        needsConfirmation: false,
      },
    );
    return undefined;
  }
  if (Buffer.compare(present, contents) === 0) return undefined;
  return "Another pgtrace.py lies beside this script. Move or rename it, and run this again.";
}

async function readIfThere(uri: vscode.Uri): Promise<Uint8Array | undefined> {
  try {
    return await vscode.workspace.fs.readFile(uri);
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === "FileNotFound") return undefined;
    throw error;
  }
}
