import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { lossLanguageId } from "../viewNames.ts";
import type { LossDiagnostic } from "./lossDocument.ts";
import { readLoss } from "./lossDocument.ts";
import { toRange } from "./positions.ts";

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
} as const;

/** Keeps the problems of every open loss file, anew with each change; nothing is evaluated for it. */
export function followDiagnostics(): Disposable {
  const owned = new DisposableStore();
  const collection = owned.add(vscode.languages.createDiagnosticCollection(lossLanguageId));
  const inspect = (document: vscode.TextDocument) => {
    if (document.languageId !== lossLanguageId) return;
    const { diagnostics } = readLoss(document.getText());
    collection.set(
      document.uri,
      diagnostics.map((one) => toDiagnostic(document, one)),
    );
  };
  owned.add(vscode.workspace.onDidOpenTextDocument(inspect));
  owned.add(vscode.workspace.onDidChangeTextDocument(({ document }) => inspect(document)));
  owned.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => collection.delete(uri)));
  for (const document of vscode.workspace.textDocuments) inspect(document);
  return owned;
}

function toDiagnostic(document: vscode.TextDocument, problem: LossDiagnostic): vscode.Diagnostic {
  const message = problem.hint === undefined ? problem.message : `${problem.message}; ${problem.hint}`;
  const diagnostic = new vscode.Diagnostic(toRange(document, problem), message, severities[problem.severity]);
  diagnostic.code = problem.code;
  diagnostic.source = "Policy Gradient";
  return diagnostic;
}
