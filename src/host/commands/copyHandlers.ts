import * as vscode from "vscode";
import type { PrintTarget } from "../../loss/print/print.ts";
import { type CommandContext, type CommandHandler, runOf, targetOf } from "./commandContext.ts";
import type { CommandAnswer } from "./commandTable.ts";
import { lossDocument, lossTargetOf } from "./lossArguments.ts";
import { noLossFile, refuse } from "./lossHandlers.ts";

export const copyHandlers = {
  copyAsPyTorch: (context, args) => copyAs("pytorch", context, args),
  copyAsJax: (context, args) => copyAs("jax", context, args),
  copyAsTensorFlow: (context, args) => copyAs("tfjs", context, args),
  copyAsNumPy: (context, args) => copyAs("numpy", context, args),
} satisfies Record<string, CommandHandler>;

/** Puts the loss of the file in hand, else of the panel, on the clipboard as code of another library. */
async function copyAs(
  target: PrintTarget,
  context: CommandContext,
  args: readonly unknown[],
): Promise<CommandAnswer> {
  const text = lossText(context, args);
  if (text === undefined) return refuse(noLossFile);
  // A file of its own, read when a loss is first copied.
  const { PRINT_TITLES, printLoss } = await import("../../loss/print/print.ts");
  const printed = printLoss(text, target);
  if (!printed.ok) {
    const [first] = printed.diagnostics;
    const why =
      first === undefined ? "it has an error" : [first.message, first.hint].filter(Boolean).join("; ");
    return refuse(`The loss cannot be copied as ${PRINT_TITLES[target]}: ${why}.`);
  }
  await vscode.env.clipboard.writeText(printed.text);
  vscode.window.setStatusBarMessage(`The loss is on the clipboard as ${PRINT_TITLES[target]}.`, 4_000);
  return { ok: true };
}

/** A text that is given, the selected lines or the whole of the file in hand, else what the panel or its run has. */
function lossText(context: CommandContext, args: readonly unknown[]): string | undefined {
  const target = lossTargetOf(args);
  const document = lossDocument(target);
  if (target.text !== undefined || document === undefined)
    return (
      target.text ?? context.panels.find(targetOf(args).path)?.lossText ?? runOf(context, args)?.settings.loss
    );
  const editor = vscode.window.activeTextEditor;
  const selected = editor?.document === document ? document.getText(editor.selection) : "";
  return selected.trim() === "" ? document.getText() : selected;
}
