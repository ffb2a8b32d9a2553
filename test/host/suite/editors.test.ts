import { equal, match, ok } from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";
import { poll } from "../../util/poll.ts";
import { activated, run, runThat, train, workspaceFolder } from "./support.ts";

/** The run editor's tabs that show a file. */
function editorTabs(file: string): vscode.Tab[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter(({ input }) => input instanceof vscode.TabInputCustom && input.uri.fsPath === file);
}

describe("the panel", () => {
  it("opens when training starts and shows that run", async () => {
    const { panels } = await activated();
    const file = await train({ updates: 5 });
    const panel = await poll("the panel", () => panels.find(file));
    equal(panel.path, file);
  });

  it("loads its page, which says that it is there", async () => {
    const { panels } = await activated();
    await run("openPanel");
    await poll("the page", () => panels.all.some(({ connected }) => connected) || undefined);
  });

  it("follows training to a new run", async () => {
    const { panels } = await activated();
    const first = await train({ updates: 2 });
    const second = await train({ updates: 2 });
    ok(panels.find(second) !== undefined && panels.find(first) === undefined);
  });

  it("lets go of the run when it is closed", async () => {
    const { panels, store } = await activated();
    const file = await train({ updates: 2 });
    await runThat("the end", file, ({ progress }) => progress.state !== "training");
    for (const panel of panels.all) panel.dispose();
    await poll("the run to be closed", () => (store.model.runs[file] === undefined ? true : undefined));
    equal(panels.all.length, 0);
  });
});

describe("the editor of .pgrun files", () => {
  let file = "";

  before(async () => {
    const trained = await train({ updates: 12 });
    await runThat("the end", trained, ({ progress }) => progress.state !== "training");
    await run("stop");
    file = path.join(workspaceFolder().fsPath, "copied.pgrun");
    copyFileSync(trained, file);
  });

  it("opens a run by its file name alone and shows its updates", async () => {
    const { panels } = await activated();
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(file));
    equal(editorTabs(file).length, 1);
    const view = await runThat("the run", file, ({ progress }) => progress.update === 12);
    equal(view.own, false);
    equal((await poll("the page", () => panels.find(file))).path, file);
  });

  it("makes its run the one that commands act on while it has the focus", async () => {
    const { store } = await activated();
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(file));
    await poll("the focus", () => (store.model.focusedPath === file ? true : undefined));
  });

  it("says in the tab why a file that is no run cannot be shown", async () => {
    const { store } = await activated();
    const wrong = path.join(workspaceFolder().fsPath, "wrong.pgrun");
    writeFileSync(wrong, "this is no run");
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(wrong));
    equal(editorTabs(wrong).length, 1);
    equal(store.model.runs[wrong], undefined);
  });

  it("exports an update as CSV with one row per step", async () => {
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(file));
    const to = path.join(workspaceFolder().fsPath, "update.csv");
    const answer = await run("exportCsv", { path: file, update: 12, to });
    ok(answer.ok, JSON.stringify(answer));
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.file(to)));
    match(text.split("\n")[0]!, /,/);
    ok(text.trim().split("\n").length > 5);
  });

  it("can be closed without a question", async () => {
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(file));
    await vscode.window.tabGroups.close(editorTabs(file));
    equal(editorTabs(file).length, 0);
  });
});
