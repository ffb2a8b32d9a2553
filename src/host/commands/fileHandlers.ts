import path from "node:path";
import * as vscode from "vscode";
import type { ExportFormat } from "../../protocol/engine.ts";
import { lossLanguageId, runEditorViewType } from "../viewNames.ts";
import { bookLoss } from "./bookLoss.ts";
import {
  type CommandContext,
  type CommandHandler,
  requiredRun,
  runOf,
  targetOf,
  updateOf,
} from "./commandContext.ts";
import type { CommandAnswer } from "./commandTable.ts";
import { chooseTarget, exportPath } from "./exportTarget.ts";

const dismissed: CommandAnswer = { ok: false, reason: "No file was chosen." };

export const fileHandlers = {
  openRun: async ({ runs }, args) => {
    const file = targetOf(args).path ?? (await chooseFile("Open Run", { "Policy gradient runs": ["pgrun"] }));
    return file === undefined ? dismissed : openRunFile(runs, file, targetOf(args).update);
  },
  exportCsv: (context, args) => exportUpdate(context, args, "csv"),
  exportTrace: (context, args) => exportUpdate(context, args, "pgtrace"),
  exportPytorch: (context, args) => exportUpdate(context, args, "pytorch"),
  exportNumpy: (context, args) => exportUpdate(context, args, "numpy"),
  pinUpdate: async (context, args) => {
    const update = updateOf(context, args);
    await context.engine.call("pin", { run: requiredRun(context, args).run, update });
    context.runs.refresh();
    return { ok: true, update };
  },
  newLossFile: async (context, args) => {
    const edited = context.panels.find(targetOf(args).path)?.lossText;
    const content = edited ?? runOf(context, args)?.settings.loss ?? bookLoss;
    const document = await vscode.workspace.openTextDocument({ language: lossLanguageId, content });
    await vscode.window.showTextDocument(document);
    return { ok: true };
  },
} satisfies Record<string, CommandHandler>;

/** Opens a run's file in its editor, and in it an update where one is named. */
export async function openRunFile(
  runs: CommandContext["runs"],
  file: string,
  update: number | undefined,
): Promise<CommandAnswer> {
  await vscode.commands.executeCommand("vscode.openWith", vscode.Uri.file(file), runEditorViewType);
  if (update !== undefined) runs.selectUpdate(file, update);
  return { ok: true, path: file };
}

async function chooseFile(title: string, filters: Record<string, string[]>): Promise<string | undefined> {
  const files = await vscode.window.showOpenDialog({ title, filters, canSelectMany: false });
  return files?.[0]?.fsPath;
}

async function exportUpdate(
  context: CommandContext,
  args: readonly unknown[],
  to: ExportFormat,
): Promise<CommandAnswer> {
  const run = requiredRun(context, args);
  const update = updateOf(context, args);
  const stem = `${path.basename(run.path, ".pgrun")} update ${update}`;
  const file = exportPath(args) ?? (await chooseTarget(path.dirname(run.path), stem, to));
  if (file === undefined) return dismissed;
  const { rows } = await context.engine.call("exportUpdate", { run: run.run, update, to, path: file });
  void vscode.window.showInformationMessage(
    `Update ${update}: ${rows} steps written to ${path.basename(file)}.`,
  );
  return { ok: true, path: file, update };
}
