import { deepEqual } from "node:assert/strict";
import { after, describe, it } from "mocha";
import * as vscode from "vscode";
import { reopenRuns } from "../../../src/host/runs/reopenRuns.ts";
import { runEditorViewType } from "../../../src/host/viewNames.ts";
import { activated, run, runThat, train, workspaceFolder } from "./support.ts";

/** What every tab shows: a custom editor's view type, or `text`. */
function editors(): string[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.map(({ input }) => {
    if (input instanceof vscode.TabInputCustom) return input.viewType;
    return input instanceof vscode.TabInputText ? "text" : "other";
  });
}

describe("a window that opened files before it knew the extension", () => {
  after(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  it("shows runs in the run editor and leaves other text alone", async () => {
    await activated();
    const file = await train({ updates: 2, seed: 5 });
    await runThat("the end", file, ({ progress }) => progress.state !== "training");
    await run("stop");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    const other = vscode.Uri.joinPath(workspaceFolder(), "other.pgloss");
    await vscode.workspace.fs.writeFile(other, new TextEncoder().encode("loss = r.sum()\n"));
    await vscode.window.showTextDocument(other, { preview: false });
    await vscode.commands.executeCommand("vscode.openWith", vscode.Uri.file(file), "default");
    deepEqual(editors(), ["text", "text"]);
    await reopenRuns();
    deepEqual(editors(), ["text", runEditorViewType]);
  });
});
