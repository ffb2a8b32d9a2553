import * as vscode from "vscode";
import { lossLanguageId } from "../viewNames.ts";
import type { CommandHandler } from "./commandContext.ts";
import { lossTargetOf } from "./lossArguments.ts";
import { refuse } from "./lossHandlers.ts";

export const pythonHandlers = {
  /** The selected lines of a training script as a loss of its own, with what was guessed as its comment. */
  openSelectionAsLoss: async (_, args) => {
    const editor = vscode.window.activeTextEditor;
    const text = lossTargetOf(args).text ?? editor?.document.getText(editor.selection) ?? "";
    if (text.trim() === "") return refuse("Select the lines of your script that make the loss.");
    const { commented, translatePython } = await import("../../loss/python/offer.ts");
    const translation = translatePython(text);
    if (translation === undefined)
      return refuse(
        "No loss could be read here. Select the lines from the log-probabilities to the loss, and leave out the rest.",
      );
    const document = await vscode.workspace.openTextDocument({
      language: lossLanguageId,
      content: commented(translation),
    });
    await vscode.window.showTextDocument(document);
    return { ok: true };
  },
} satisfies Record<string, CommandHandler>;
