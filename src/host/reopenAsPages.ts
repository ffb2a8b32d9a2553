import * as vscode from "vscode";
import { runEditorViewType, traceEditorViewType } from "./viewNames.ts";

/** The editors of files, by how their names end. */
const editors: Readonly<Record<string, string>> = {
  ".pgrun": runEditorViewType,
  ".pgtrace": traceEditorViewType,
};

/**
 * Shows runs and traces that a window has opened as text in their own editors: a new window opens the files it is asked for
 * before it knows of any extension's editors. What was changed as text, or is opened as text by a setting, stays so.
 */
export async function reopenAsPages(): Promise<void> {
  for (const tab of vscode.window.tabGroups.all.flatMap((group) => group.tabs)) {
    const uri = tab.input instanceof vscode.TabInputText ? tab.input.uri : undefined;
    const ending = uri && /\.\w+$/.exec(uri.path)?.[0];
    if (!uri || !ending || !Object.hasOwn(editors, ending) || tab.isDirty || isTextByChoice(ending)) continue;
    const place = { viewColumn: tab.group.viewColumn, preserveFocus: !tab.isActive };
    await vscode.commands.executeCommand("vscode.openWith", uri, editors[ending], place);
    await vscode.window.tabGroups.close(tab, true);
  }
}

function isTextByChoice(ending: string): boolean {
  const associations = vscode.workspace
    .getConfiguration("workbench")
    .get<Readonly<Record<string, string>>>("editorAssociations", {});
  return associations[`*${ending}`] === "default";
}
