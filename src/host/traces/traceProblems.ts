import path from "node:path";
import * as vscode from "vscode";
import type { FindingView, TraceView } from "../../protocol/traceViews.ts";
import { commandPrefix } from "../commands/commandTable.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { readSettings, settingsSection } from "../settings.ts";
import { findSource } from "./findSource.ts";
import { changesOf, editOf, type ScriptFinding } from "./scriptChanges.ts";

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
} as const;

interface Problem {
  readonly uri: vscode.Uri;
  readonly diagnostic: vscode.Diagnostic;
  readonly trace: string;
  readonly finding: FindingView;
  /** Whether every update uses one episode. */
  readonly isOneEpisode: boolean;
}

/**
 * The findings of checked traces in the Problems panel: on the line of the user's code that made the update, else on
 * the update's line of the trace. Each comes with the change it suggests.
 */
export class TraceProblems implements Disposable, vscode.CodeActionProvider {
  readonly #owned = new DisposableStore();
  readonly #collection = this.#owned.add(
    vscode.languages.createDiagnosticCollection("policy-gradient-trace"),
  );
  readonly #problems = new Map<string, readonly Problem[]>();

  constructor() {
    const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
    this.#owned.add(vscode.languages.registerCodeActionsProvider({ scheme: "file" }, this, kinds));
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(`${settingsSection}.traces.problems`)) this.#draw();
      }),
    );
  }

  /** Shows the findings of a trace in place of those it had. */
  async show(trace: TraceView): Promise<void> {
    const problems = await Promise.all(trace.findings.map((finding) => problemOf(trace, finding)));
    this.#problems.set(trace.path, problems);
    this.#draw();
  }

  /** Forgets a trace, as when its file is gone. */
  forget(trace: string): void {
    if (this.#problems.delete(trace)) this.#draw();
  }

  /** Opens the script of a finding and shows the change that mends it; false where it has no known form there. */
  async mend(trace: string, id: string): Promise<boolean> {
    const problem = this.#problems.get(trace)?.find(({ finding }) => finding.id === id);
    if (!problem || problem.uri.fsPath === trace) return false;
    const document = await vscode.workspace.openTextDocument(problem.uri);
    const [change] = await changesOf(document, scriptFinding(problem));
    if (!change) return false;
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
    await vscode.workspace.applyEdit(editOf(document, change, id), { isRefactoring: true });
    return true;
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const here = [...this.#problems.values()]
      .flat()
      .filter(({ uri, diagnostic }) => isSame(uri, document.uri) && diagnostic.range.intersection(range));
    return (await Promise.all(here.map((problem) => actionsFor(document, problem, context)))).flat();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #draw(): void {
    this.#collection.clear();
    if (!readSettings().traceProblems) return;
    const byFile = new Map<string, Problem[]>();
    for (const problem of [...this.#problems.values()].flat()) {
      const key = problem.uri.toString();
      byFile.set(key, [...(byFile.get(key) ?? []), problem]);
    }
    for (const problems of byFile.values()) {
      this.#collection.set(
        problems[0]!.uri,
        problems.map(({ diagnostic }) => diagnostic),
      );
    }
  }
}

async function problemOf(view: TraceView, finding: FindingView): Promise<Problem> {
  const trace = view.path;
  const found = finding.source === null ? undefined : await findSource(trace, finding.source);
  const uri = found?.uri ?? vscode.Uri.file(trace);
  const range = found?.range ?? new vscode.Range(finding.traceLine - 1, 0, finding.traceLine - 1, 1);
  const diagnostic = new vscode.Diagnostic(
    range,
    `${finding.title}: ${finding.message}`,
    severities[finding.severity],
  );
  diagnostic.code = finding.id;
  diagnostic.source = "Policy Gradient";
  if (found !== undefined) {
    const place = new vscode.Location(vscode.Uri.file(trace), new vscode.Position(finding.traceLine - 1, 0));
    diagnostic.relatedInformation = [
      new vscode.DiagnosticRelatedInformation(place, `seen in ${path.basename(trace)}`),
    ];
  }
  const isOneEpisode = view.updates.every(({ episodes }) => episodes === 1);
  return { uri, diagnostic, trace, finding, isOneEpisode };
}

function scriptFinding({ diagnostic, finding, isOneEpisode }: Problem): ScriptFinding {
  return { id: finding.id, line: diagnostic.range.start.line + 1, isOneEpisode };
}

/** The change of the script where it has a known form there, else a note of it; and the explanation. */
async function actionsFor(
  document: vscode.TextDocument,
  problem: Problem,
  { diagnostics }: vscode.CodeActionContext,
): Promise<vscode.CodeAction[]> {
  const { diagnostic, trace, finding } = problem;
  const shown = diagnostics.filter(
    ({ code, range }) => code === finding.id && range.isEqual(diagnostic.range),
  );
  const explain = new vscode.CodeAction(`Explain ${finding.id}`, vscode.CodeActionKind.QuickFix);
  explain.command = {
    title: explain.title,
    command: `${commandPrefix}explainTrace`,
    arguments: [{ path: trace, finding: finding.id }],
  };
  explain.diagnostics = shown;
  if (document.languageId !== "python") return [explain];
  const changes = await changesOf(document, scriptFinding(problem));
  if (changes.length > 0) {
    const actions = changes.map((change) => {
      const action = new vscode.CodeAction(
        `Mend ${finding.id}: ${change.title}`,
        vscode.CodeActionKind.QuickFix,
      );
      action.edit = editOf(document, change, finding.id);
      action.diagnostics = shown;
      return action;
    });
    actions[0]!.isPreferred = true;
    return [...actions, explain];
  }
  return [noteOf(document, problem, shown), explain];
}

function noteOf(
  document: vscode.TextDocument,
  { diagnostic, finding }: Problem,
  shown: vscode.Diagnostic[],
): vscode.CodeAction {
  const note = new vscode.CodeAction(
    `Note the suggested change here: ${firstLine(finding.fix)}`,
    vscode.CodeActionKind.QuickFix,
  );
  note.edit = new vscode.WorkspaceEdit();
  note.edit.insert(
    document.uri,
    diagnostic.range.start.with({ character: 0 }),
    noteText(document, diagnostic, finding),
  );
  note.diagnostics = shown;
  note.isPreferred = true;
  return note;
}

/** The change as comment lines with the indentation of the line below. */
function noteText(
  document: vscode.TextDocument,
  { range }: vscode.Diagnostic,
  { id, fix }: FindingView,
): string {
  const line = document.lineAt(range.start.line);
  const indentation = line.text.slice(0, line.firstNonWhitespaceCharacterIndex);
  const lines = [`${id}: suggested change`, ...fix.split("\n").map((one) => `  ${one}`)];
  return lines.map((one) => `${indentation}# ${one}\n`).join("");
}

function firstLine(text: string): string {
  const [first = ""] = text.split("\n");
  return first.length > 60 ? `${first.slice(0, 59)}…` : first;
}

function isSame(a: vscode.Uri, b: vscode.Uri): boolean {
  return a.toString() === b.toString();
}
