import path from "node:path";
import * as vscode from "vscode";
import type { TraceView } from "../../protocol/traceViews.ts";
import { findTraces } from "../traces/findTraces.ts";
import { lineEditorViewType, traceEditorViewType } from "../viewNames.ts";
import { type CommandContext, type CommandHandler, targetOf } from "./commandContext.ts";
import type { CommandAnswer } from "./commandTable.ts";

const noTrace: CommandAnswer = { ok: false, reason: "No trace was chosen." };

export const traceHandlers = {
  checkUpdate: async (context, args) => {
    const file = await traceOf(args, "Check This Update");
    if (file === undefined) return noTrace;
    const title = `Checking ${path.basename(file)}`;
    const trace = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      context.traces.check(file),
    );
    void tell(context, trace);
    return { ok: true, path: file };
  },
  explainTrace: async ({ traces }, args) => {
    const file = await traceOf(args, "Explain This Trace");
    if (file === undefined) return noTrace;
    await traces.explain(file, findingOf(args));
    return { ok: true, path: file };
  },
} satisfies Record<string, CommandHandler>;

function findingOf([target]: readonly unknown[]): string | undefined {
  const finding = (target as { finding?: unknown } | null | undefined)?.finding;
  return typeof finding === "string" ? finding : undefined;
}

/** The trace that is named, selected in the explorer, in front, or chosen from the workspace's. */
export async function traceOf(args: readonly unknown[], title: string): Promise<string | undefined> {
  const [target] = args;
  if (target instanceof vscode.Uri) return target.fsPath;
  return targetOf(args).path ?? traceInFront() ?? chooseTrace(title);
}

function traceInFront(): string | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (!(input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom)) return undefined;
  const { uri } = input;
  return uri.scheme === "file" && /\.(pgtrace|jsonl)$/.test(uri.path) ? uri.fsPath : undefined;
}

async function chooseTrace(title: string): Promise<string | undefined> {
  const files = await findTraces();
  const items = files.map(({ path: file, modified }) => ({
    label: path.basename(file),
    description: vscode.workspace.asRelativePath(path.dirname(file)),
    detail: new Date(modified).toLocaleString(),
    file,
  }));
  const other = { label: "$(folder-opened) Another file…", file: undefined };
  const chosen = items.length === 0 ? other : await vscode.window.showQuickPick([...items, other], { title });
  if (chosen === undefined || chosen.file !== undefined) return chosen?.file;
  const filters = { Traces: ["pgtrace", "jsonl"] };
  const picked = await vscode.window.showOpenDialog({ title, filters, canSelectMany: false });
  return picked?.[0]?.fsPath;
}

async function tell({ traces }: CommandContext, trace: TraceView): Promise<void> {
  const name = path.basename(trace.path);
  const explain = "Explain";
  const open = "Open Trace";
  const errors = trace.findings.filter(({ severity }) => severity === "error");
  const sentence = `${name}: ${findingWords(trace)}`;
  const chosen =
    errors.length > 0
      ? await vscode.window.showWarningMessage(sentence, explain, open)
      : await vscode.window.showInformationMessage(sentence, explain, open);
  if (chosen === explain) await traces.explain(trace.path);
  if (chosen === open) {
    const viewType = trace.path.endsWith(".jsonl") ? lineEditorViewType : traceEditorViewType;
    await vscode.commands.executeCommand("vscode.openWith", vscode.Uri.file(trace.path), viewType);
  }
}

/** "missing_gamma_t, wrong_sign. c = …", or that nothing was found. */
function findingWords({ findings, verdict }: TraceView): string {
  const ids = findings.map(({ id }) => id);
  const shown = ids.slice(0, 4).join(", ") + (ids.length > 4 ? `, and ${ids.length - 4} more` : "");
  return `${ids.length === 0 ? "nothing found" : shown}. ${verdict}.`;
}
