import * as vscode from "vscode";
import { escapeMarkdown, fenced } from "./nodeMarkdown.ts";
import { type LossWord, wordsAt } from "./words.ts";

const kinds = {
  operator: vscode.CompletionItemKind.Function,
  head: vscode.CompletionItemKind.Field,
  data: vscode.CompletionItemKind.Constant,
  definition: vscode.CompletionItemKind.Variable,
} as const;

/** Completes names of data and heads, operators with their signatures, and what the text itself defines. */
export const lossCompletion: vscode.CompletionItemProvider = {
  provideCompletionItems(document, position) {
    return wordsAt(document.getText(), document.offsetAt(position)).map(toItem);
  },
};

function toItem(word: LossWord): vscode.CompletionItem {
  const item = new vscode.CompletionItem({ label: word.name, description: word.detail }, kinds[word.kind]);
  item.documentation = new vscode.MarkdownString(
    `${fenced(word.signature)}\n\n${escapeMarkdown(word.documentation)}`,
  );
  if (word.kind === "operator") {
    item.insertText = new vscode.SnippetString(`${word.name}($0)`);
    item.command = { command: "editor.action.triggerParameterHints", title: "Show Parameters" };
  }
  return item;
}
