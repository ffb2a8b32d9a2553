import * as vscode from "vscode";
import { renameAt, renameableAt } from "../../loss/editing/rename.ts";
import { toEdit, toRange } from "./positions.ts";

/** Renames what a loss defines, and says why where it cannot. */
export const lossRename: vscode.RenameProvider = {
  prepareRename(document, position) {
    const found = renameableAt(document.getText(), document.offsetAt(position));
    if (!found.ok) throw new Error(found.reason);
    return { range: toRange(document, found.range), placeholder: found.name };
  },
  provideRenameEdits(document, position, newName) {
    const renaming = renameAt(document.getText(), document.offsetAt(position), newName);
    if (!renaming.ok) throw new Error(renaming.reason);
    const edit = new vscode.WorkspaceEdit();
    edit.set(
      document.uri,
      renaming.edits.map((one) => toEdit(document, one)),
    );
    return edit;
  },
};
