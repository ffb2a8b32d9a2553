import * as vscode from "vscode";
import { lossLanguageId } from "../viewNames.ts";
import { bookLoss } from "./bookLoss.ts";
import { type CommandContext, type CommandHandler, runOf, targetOf } from "./commandContext.ts";
import { probesMarkdown } from "./probesMarkdown.ts";

export const probeHandlers = {
  testLossOnProbes: async (context, args) => {
    const view = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: "Testing the loss on probes" },
      () => context.engine.call("probes", { text: lossToTest(context, args) }),
    );
    const content = probesMarkdown(view);
    const document = await vscode.workspace.openTextDocument({ language: "markdown", content });
    await vscode.window.showTextDocument(document, { preview: true, viewColumn: vscode.ViewColumn.Beside });
    return { ok: true };
  },
} satisfies Record<string, CommandHandler>;

/** The loss in the active editor, else in the panel, else of the run, else the book's. */
function lossToTest(context: CommandContext, args: readonly unknown[]): string {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId === lossLanguageId) return document.getText();
  const edited = context.panels.find(targetOf(args).path)?.lossText;
  return edited ?? runOf(context, args)?.settings.loss ?? bookLoss;
}
