import * as vscode from "vscode";
import type { EngineMethods } from "../../protocol/engine.ts";
import { proofMarkdown } from "../proof/proofMarkdown.ts";
import { lossLanguageId } from "../viewNames.ts";
import { type CommandContext, type CommandHandler, runOf, targetOf, updateOf } from "./commandContext.ts";

type ProveParams = EngineMethods["prove"]["params"];

export const proofHandlers = {
  proveLoss: async (context, args) => {
    const params = await proofParams(context, args);
    if (params === undefined)
      return { ok: false, reason: "There is no loss to prove: open a .pgloss file or a run." };
    const title = "Proving the loss";
    const result = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      context.engine.call("prove", params),
    );
    if (!result.ok) {
      const reason = `This loss cannot be proved: ${result.diagnostics[0]?.message}.`;
      void vscode.window.showErrorMessage(reason);
      return { ok: false, reason };
    }
    void tell(result.sentence, result.status === "passed", proofMarkdown(result, params.text));
    return result.status === "passed" ? { ok: true } : { ok: false, reason: result.sentence };
  },
} satisfies Record<string, CommandHandler>;

/** The loss of the file in front, else of the panel, on the selected update where there is one. */
async function proofParams(
  context: CommandContext,
  args: readonly unknown[],
): Promise<ProveParams | undefined> {
  const run = runOf(context, args);
  const editor = vscode.window.activeTextEditor?.document;
  const panel = context.panels.find(targetOf(args).path);
  const file = editor?.languageId === lossLanguageId ? editor.getText() : undefined;
  const text = file ?? panel?.lossText ?? run?.settings.loss;
  if (text === undefined) return undefined;
  if (run === undefined || run.progress.update === 0) return { text };
  return { text, run: run.run, update: updateOf(context, args) };
}

async function tell(sentence: string, passed: boolean, page: string): Promise<void> {
  const show = "Show Proof";
  const chosen = passed
    ? await vscode.window.showInformationMessage(sentence, show)
    : await vscode.window.showWarningMessage(sentence, show);
  if (chosen !== show) return;
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content: page });
  await vscode.window.showTextDocument(document, { preview: true });
}
