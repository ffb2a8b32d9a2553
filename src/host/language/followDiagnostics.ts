import * as vscode from "vscode";
import type { Diagnostic } from "../../loss/diagnostic.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { lossLanguageId } from "../viewNames.ts";
import type { LossReader } from "./lossReader.ts";
import { toRange } from "./positions.ts";

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
} as const;

/** What may as well be left out is shown faded. */
const needless: ReadonlySet<string> = new Set(["unused", "module-prefix"]);

/** Keeps the problems of every open loss file, anew with each change; nothing is evaluated for it. */
export function followDiagnostics(reader: LossReader): Disposable {
  const owned = new DisposableStore();
  const collection = owned.add(vscode.languages.createDiagnosticCollection(lossLanguageId));
  const inspect = (document: vscode.TextDocument) => {
    if (document.languageId !== lossLanguageId) return;
    const { diagnostics } = reader.read(document);
    collection.set(
      document.uri,
      diagnostics.map((one) => toDiagnostic(document, one)),
    );
  };
  owned.add(vscode.workspace.onDidOpenTextDocument(inspect));
  owned.add(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) inspect(document);
    }),
  );
  owned.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => collection.delete(uri)));
  for (const document of vscode.workspace.textDocuments) inspect(document);
  return owned;
}

/** A problem as the editor shows it, its hint behind its message. */
export function toDiagnostic(document: vscode.TextDocument, problem: Diagnostic): vscode.Diagnostic {
  const message = problem.hint === undefined ? problem.message : `${problem.message}; ${problem.hint}`;
  const diagnostic = new vscode.Diagnostic(toRange(document, problem), message, severities[problem.severity]);
  diagnostic.code = problem.code;
  diagnostic.source = "Policy Gradient";
  if (needless.has(problem.code)) diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
  return diagnostic;
}
