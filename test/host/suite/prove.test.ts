import { equal, match, ok } from "node:assert/strict";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";
import { poll } from "../../util/poll.ts";
import { activated, messagesDuring, run, runThat, train } from "./support.ts";

const bookLoss = "G = discounted_returns(r, gamma)\nloss = -(gamma**t * G.detach() * log_pi).sum()\n";

async function open(content: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: "pgloss", content });
  await vscode.window.showTextDocument(document);
}

describe("Prove This Loss", () => {
  before(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    const { store } = await activated();
    await run("stop");
    for (const path of Object.keys(store.model.runs)) store.dispatch({ kind: "closed", path });
  });

  it("proves a loss file without a run, and shows the proof as a page", async () => {
    await open(bookLoss);
    const [shown] = await messagesDuring(
      "showInformationMessage",
      async () => ok((await run("proveLoss")).ok),
      () => "Show Proof",
    );
    match(shown!.message, /^Passed: three ways to ∂L\/∂θ agree/);
    const page = await poll("the page", () => {
      const document = vscode.window.activeTextEditor?.document;
      return document?.languageId === "markdown" ? document.getText() : undefined;
    });
    match(page, /On a made-up problem/);
    match(page, /central differences/);
  });

  it("says of a file with an error why it cannot be proved", async () => {
    await open("loss = -(G * log_pie).sum()");
    const [shown] = await messagesDuring("showErrorMessage", async () =>
      equal((await run("proveLoss")).ok, false),
    );
    match(shown!.message, /cannot be proved/);
  });

  it("proves on an update of the run where there is one", async () => {
    const file = await train({ updates: 6 });
    await runThat("six updates", file, ({ progress }) => progress.update >= 6);
    await open(bookLoss);
    const [shown] = await messagesDuring(
      "showInformationMessage",
      async () => ok((await run("proveLoss", { path: file, update: 2 })).ok),
      ({ message }) => (message.startsWith("Passed") ? "Show Proof" : undefined),
    );
    match(shown!.message, /^Passed/);
    const page = await poll("the page", () => {
      const document = vscode.window.activeTextEditor?.document;
      return document?.getText().includes("On update 2: ") ? document.getText() : undefined;
    });
    match(page, /‖∂L\/∂θ‖/);
  });
});
