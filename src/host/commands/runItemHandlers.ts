import path from "node:path";
import * as vscode from "vscode";
import type { RunListing } from "../../protocol/views.ts";
import { type CommandContext, type CommandHandler, targetOf } from "./commandContext.ts";
import type { CommandAnswer } from "./commandTable.ts";
import { openRunFile } from "./fileHandlers.ts";

export const runItemHandlers = {
  "runs.refresh": async ({ runs }) => {
    await runs.reload();
    return { ok: true };
  },
  "runs.open": async (context, args) => {
    const run = listingOf(context, args);
    return openRunFile(context.runs, run.path, targetOf(args).update);
  },
  "runs.rename": async (context, args) => {
    const run = listingOf(context, args);
    const name = nameArgument(args) ?? (await askName(run));
    if (name === undefined) return { ok: false, reason: "The run keeps its name." };
    return rename(context, run, name);
  },
  "runs.delete": async (context, args) => {
    const run = listingOf(context, args);
    refuseWhileWritten(run, "deleted");
    if (!isConfirmed(args) && !(await confirmDelete(run))) {
      return { ok: false, reason: "The run was not deleted." };
    }
    await context.trainer.release(run.path);
    await context.engine.call("deleteRun", { path: run.path });
    await context.runs.reload();
    return { ok: true, path: run.path };
  },
  "runs.reveal": async (context, args) => {
    const run = listingOf(context, args);
    const command = vscode.env.remoteName === undefined ? "revealFileInOS" : "revealInExplorer";
    await vscode.commands.executeCommand(command, vscode.Uri.file(run.path));
    return { ok: true, path: run.path };
  },
} satisfies Record<string, CommandHandler>;

function listingOf({ runs }: CommandContext, args: readonly unknown[]): RunListing {
  const named = targetOf(args).path ?? runs.selectedPath;
  const listing = named === undefined || named === null ? undefined : runs.find(named);
  if (listing === undefined) throw new Error("Choose a run in the Runs view first.");
  return listing;
}

function refuseWhileWritten(run: RunListing, participle: string): void {
  if (!run.beingWritten) return;
  throw new Error(`${run.name} is being written and cannot be ${participle}. Stop its training first.`);
}

async function rename(context: CommandContext, run: RunListing, name: string): Promise<CommandAnswer> {
  refuseWhileWritten(run, "renamed");
  const problem = nameProblem(name);
  if (problem !== undefined) throw new Error(problem);
  await context.trainer.release(run.path);
  const renamed = await context.engine.call("renameRun", { path: run.path, name });
  await context.runs.reload();
  return { ok: true, path: renamed.path };
}

function askName(run: RunListing): Thenable<string | undefined> {
  const value = path.basename(run.path, ".pgrun");
  return vscode.window.showInputBox({
    title: "Rename Run",
    value,
    validateInput: (name) => nameProblem(name),
  });
}

function nameProblem(name: string): string | undefined {
  if (name.trim() === "") return "A run needs a name.";
  if (name.length > 200) return "A name has at most 200 characters.";
  return /[\\/:*?"<>|]|^\.|\p{Cc}/u.test(name)
    ? 'A name has none of \\ / : * ? " < > | and no dot in front.'
    : undefined;
}

async function confirmDelete(run: RunListing): Promise<boolean> {
  const detail = `${run.updates} updates, ${run.pinned.length} of them pinned. This cannot be undone.`;
  const options = { modal: true, detail };
  return (await vscode.window.showWarningMessage(`Delete ${run.name}?`, options, "Delete")) === "Delete";
}

function nameArgument([target]: readonly unknown[]): string | undefined {
  const name = (target as { name?: unknown } | undefined)?.name;
  return typeof name === "string" ? name : undefined;
}

function isConfirmed([target]: readonly unknown[]): boolean {
  return (target as { confirmed?: unknown } | undefined)?.confirmed === true;
}
