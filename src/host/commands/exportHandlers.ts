import path from "node:path";
import * as vscode from "vscode";
import type { ExportFormat } from "../../protocol/engine.ts";
import { type CommandContext, type CommandHandler, runOf, targetOf } from "./commandContext.ts";
import type { CommandAnswer } from "./commandTable.ts";
import { chooseTarget, exportPath } from "./exportTarget.ts";
import { traceOf } from "./traceHandlers.ts";

const dismissed: CommandAnswer = { ok: false, reason: "No file was chosen." };

export const exportHandlers = {
  exportRunCsv: (context, args) => exportRun(context, args, "csv"),
  exportRunTrace: (context, args) => exportRun(context, args, "pgtrace"),
  exportTraceUpdate: async (context, args) => {
    const trace = await traceOf(args, "Export an Update of This Trace");
    const asked = trace === undefined ? undefined : await askUpdate(context, trace, args);
    if (trace === undefined || asked === undefined) return dismissed;
    const { update, to } = asked;
    const stem = `${path.parse(trace).name} update ${update}`;
    const file = exportPath(args) ?? (await chooseTarget(path.dirname(trace), stem, to));
    if (file === undefined) return dismissed;
    const { rows } = await context.engine.call("exportTraceUpdate", { trace, update, to, path: file });
    told(file, `Update ${update}: ${rows} steps written to ${path.basename(file)}.`);
    return { ok: true, path: file, update };
  },
  saveDiagnosis: async ({ traces }, args) => {
    const trace = await traceOf(args, "Diagnosis as Markdown");
    if (trace === undefined) return { ok: false, reason: "No trace was chosen." };
    const content = await traces.markdown(trace);
    const document = await vscode.workspace.openTextDocument({ language: "markdown", content });
    await vscode.window.showTextDocument(document);
    return { ok: true, path: trace };
  },
} satisfies Record<string, CommandHandler>;

/** A whole run in one file, with a notification that tells how far it is and can stop it. */
async function exportRun(
  context: CommandContext,
  args: readonly unknown[],
  to: "csv" | "pgtrace",
): Promise<CommandAnswer> {
  const file = targetOf(args).path ?? context.runs.selectedPath ?? runOf(context, args)?.path;
  if (file === undefined || file === null) throw new Error("Choose a run in the Runs view, or open one.");
  const target =
    exportPath(args) ?? (await chooseTarget(path.dirname(file), path.basename(file, ".pgrun"), to));
  if (target === undefined) return dismissed;
  const title = `Exporting ${path.basename(file)}`;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const done = await vscode.window.withProgress(options, async (progress, token) => {
    const controller = new AbortController();
    const cancel = token.onCancellationRequested(() => controller.abort());
    const listening = context.engine.onExporting(({ path: where, done: count, all }) => {
      if (where === target) progress.report({ message: `${count} of ${all} updates` });
    });
    try {
      return await context.engine.call("exportRun", { file, to, path: target }, controller.signal);
    } catch (error) {
      if (!token.isCancellationRequested) throw error;
      return undefined;
    } finally {
      listening.dispose();
      cancel.dispose();
    }
  });
  if (done === undefined) return { ok: false, reason: "The export was stopped; nothing was written." };
  const left = done.left === 0 ? "" : ` ${done.left} updates could not be opened again.`;
  told(target, `${done.updates} updates, ${done.rows} steps written to ${path.basename(target)}.${left}`);
  return { ok: true, path: target };
}

interface AskedUpdate {
  readonly update: number;
  readonly to: ExportFormat;
}

const formats: readonly { readonly to: ExportFormat; readonly label: string; readonly detail: string }[] = [
  {
    to: "pytorch",
    label: "PyTorch script",
    detail: "makes loss and gradients again by the rule that was found, beside the recorded ones",
  },
  { to: "numpy", label: "NumPy script", detail: "the same with the gradients written out" },
  { to: "csv", label: "CSV", detail: "its steps with all that was recorded, and the weight of each" },
  { to: "pgtrace", label: "Trace", detail: "the update alone, with the steps that it used" },
];

/** The update that is named, else chosen from the trace's newest, and as what it is to be written. */
async function askUpdate(
  { traces }: CommandContext,
  trace: string,
  args: readonly unknown[],
): Promise<AskedUpdate | undefined> {
  const update = targetOf(args).update ?? (await chooseUpdate(await traces.check(trace)));
  if (update === undefined) return undefined;
  const named = formats.find(({ to }) => to === formatArgument(args));
  const title = `Export Update ${update} as`;
  const chosen = named ?? (await vscode.window.showQuickPick(formats, { title, matchOnDetail: true }));
  return chosen && { update, to: chosen.to };
}

async function chooseUpdate({
  updates,
}: Awaited<ReturnType<CommandContext["traces"]["check"]>>): Promise<number | undefined> {
  if (updates.length === 0)
    throw new Error("This trace has no update. Record one: rec.update(…) before loss.backward().");
  const items = updates.toReversed().map(({ number, steps, meanReturn }) => ({
    label: `Update ${number}`,
    description: `${steps} steps${meanReturn === null ? "" : `, return ${Number(meanReturn.toPrecision(6))}`}`,
    number,
  }));
  return (await vscode.window.showQuickPick(items, { title: "Export an Update of This Trace" }))?.number;
}

/** Programs name the format in the argument `as`. */
function formatArgument([target]: readonly unknown[]): unknown {
  return (target as { as?: unknown } | null | undefined)?.as;
}

function told(file: string, sentence: string): void {
  const open = "Open";
  void vscode.window.showInformationMessage(sentence, open).then((chosen) => {
    if (chosen === open) void vscode.commands.executeCommand("vscode.open", vscode.Uri.file(file));
  });
}
