import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { lossLanguageId } from "../viewNames.ts";
import { lossCompletion } from "./completion.ts";
import { lossFixes } from "./fixes.ts";
import { followDiagnostics } from "./followDiagnostics.ts";
import { LossHover, type LossHoverOptions } from "./hover.ts";

/** Everything that the editor knows of *.pgloss files. */
export function registerLossLanguage(options: LossHoverOptions): Disposable {
  const owned = new DisposableStore();
  const selector: vscode.DocumentSelector = { language: lossLanguageId };
  const { languages, CodeActionKind } = vscode;
  owned.add(followDiagnostics());
  owned.add(languages.registerHoverProvider(selector, new LossHover(options)));
  owned.add(languages.registerCompletionItemProvider(selector, lossCompletion, "."));
  owned.add(
    languages.registerCodeActionsProvider(selector, lossFixes, {
      providedCodeActionKinds: [CodeActionKind.QuickFix],
    }),
  );
  return owned;
}
