import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { lossLanguageId } from "../viewNames.ts";
import { lossCompletion } from "./completion.ts";
import { lossFixes } from "./fixes.ts";
import { followDiagnostics } from "./followDiagnostics.ts";
import { lossFormatting } from "./formatting.ts";
import { LossHover, type LossHoverOptions } from "./hover.ts";
import { LossInlayHints } from "./inlayHints.ts";
import { LossLenses, type LossLensOptions } from "./lenses.ts";
import { LossReader } from "./lossReader.ts";
import { lossDefinitions, lossFolding, lossHighlights, lossReferences, lossSymbols } from "./navigation.ts";
import { lossRename } from "./rename.ts";
import { lossSemanticTokens, lossTokenLegend } from "./semanticTokens.ts";
import { lossSignatures, signatureTriggers } from "./signatureHelp.ts";

export type LossLanguageOptions = Omit<LossHoverOptions & LossLensOptions, "reader">;

/** Everything that the editor knows of *.pgloss files. */
export function registerLossLanguage(options: LossLanguageOptions): Disposable {
  const owned = new DisposableStore();
  const reader = new LossReader();
  const parts = { ...options, reader };
  const selector: vscode.DocumentSelector = { language: lossLanguageId };
  const { languages, CodeActionKind } = vscode;
  const hints = owned.add(new LossInlayHints(parts));
  const lenses = owned.add(new LossLenses(parts));
  owned.add(followDiagnostics(reader));
  owned.add(languages.registerHoverProvider(selector, new LossHover(parts)));
  owned.add(languages.registerCompletionItemProvider(selector, lossCompletion, "."));
  owned.add(languages.registerSignatureHelpProvider(selector, lossSignatures, signatureTriggers));
  owned.add(
    languages.registerDocumentSemanticTokensProvider(selector, lossSemanticTokens(reader), lossTokenLegend),
  );
  owned.add(languages.registerInlayHintsProvider(selector, hints));
  owned.add(languages.registerCodeLensProvider(selector, lenses));
  owned.add(languages.registerRenameProvider(selector, lossRename));
  owned.add(languages.registerDefinitionProvider(selector, lossDefinitions));
  owned.add(languages.registerReferenceProvider(selector, lossReferences));
  owned.add(languages.registerDocumentHighlightProvider(selector, lossHighlights));
  owned.add(languages.registerDocumentSymbolProvider(selector, lossSymbols(reader)));
  owned.add(languages.registerFoldingRangeProvider(selector, lossFolding(reader)));
  owned.add(languages.registerDocumentFormattingEditProvider(selector, lossFormatting));
  owned.add(
    languages.registerCodeActionsProvider(selector, lossFixes(reader), {
      providedCodeActionKinds: [CodeActionKind.QuickFix],
    }),
  );
  return owned;
}
