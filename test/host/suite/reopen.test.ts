import { deepEqual } from "node:assert/strict";
import { copyFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { reopenAsPages } from "../../../src/host/reopenAsPages.ts";
import { runEditorViewType, traceEditorViewType } from "../../../src/host/viewNames.ts";
import { activated, run, runThat, train, workspaceFolder } from "./support.ts";

/** What every tab shows: a custom editor's view type, or `text`. */
function editors(): string[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.map(({ input }) => {
    if (input instanceof vscode.TabInputCustom) return input.viewType;
    return input instanceof vscode.TabInputText ? "text" : "other";
  });
}

const closeAll = () => vscode.commands.executeCommand("workbench.action.closeAllEditors");
const openAsText = (file: string) =>
  vscode.commands.executeCommand("vscode.openWith", vscode.Uri.file(file), "default");

describe("a window that opened files before it knew the extension", () => {
  let trace = "";

  before(() => {
    trace = path.join(workspaceFolder().fsPath, "early.pgtrace");
    copyFileSync(path.resolve(__dirname, "../../test/reference/traces/correct.cartpole.jsonl"), trace);
  });
  after(closeAll);

  it("shows runs and traces in their own editors and leaves other text alone", async () => {
    await activated();
    const file = await train({ updates: 2, seed: 5 });
    await runThat("the end", file, ({ progress }) => progress.state !== "training");
    await run("stop");
    await closeAll();
    const other = vscode.Uri.joinPath(workspaceFolder(), "other.pgloss");
    await vscode.workspace.fs.writeFile(other, new TextEncoder().encode("loss = r.sum()\n"));
    await vscode.window.showTextDocument(other, { preview: false });
    await openAsText(file);
    await vscode.commands.executeCommand("workbench.action.keepEditor");
    await openAsText(trace);
    deepEqual(editors(), ["text", "text", "text"]);
    await reopenAsPages();
    deepEqual(editors(), ["text", runEditorViewType, traceEditorViewType]);
  });

  it("leaves a trace as text where a setting says so", async () => {
    await closeAll();
    const settings = vscode.workspace.getConfiguration("workbench");
    const set = (value: unknown) =>
      settings.update("editorAssociations", value, vscode.ConfigurationTarget.Global);
    await set({ "*.pgtrace": "default" });
    try {
      await openAsText(trace);
      await reopenAsPages();
      deepEqual(editors(), ["text"]);
    } finally {
      await set(undefined);
    }
  });
});
