import * as vscode from "vscode";
import { runEditorViewType } from "../viewNames.ts";

/**
 * Shows in the run editor the runs that a window has opened as text: a new window opens the files it is asked for
 * before it knows of any extension's editors.
 */
export async function reopenRuns(): Promise<void> {
  for (const tab of vscode.window.tabGroups.all.flatMap((group) => group.tabs)) {
    const uri = tab.input instanceof vscode.TabInputText ? tab.input.uri : undefined;
    if (!uri?.path.endsWith(".pgrun")) continue;
    const place = { viewColumn: tab.group.viewColumn, preserveFocus: !tab.isActive };
    await vscode.commands.executeCommand("vscode.openWith", uri, runEditorViewType, place);
    await vscode.window.tabGroups.close(tab, true);
  }
}
