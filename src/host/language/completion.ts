import * as vscode from "vscode";
import { type Suggestion, suggestionsAt } from "../../loss/editing/suggestions.ts";
import { escapeMarkdown, fenced } from "./nodeMarkdown.ts";

const kinds = {
  operator: vscode.CompletionItemKind.Function,
  head: vscode.CompletionItemKind.Field,
  data: vscode.CompletionItemKind.Constant,
  definition: vscode.CompletionItemKind.Variable,
  parameter: vscode.CompletionItemKind.Property,
} as const;

/** What stands nearest to the author's own text comes first. */
const order = { parameter: "0", definition: "1", head: "2", data: "3", operator: "4" } as const;

/** Completes names of data and heads, operators with their signatures, and what the text itself defines. */
export const lossCompletion: vscode.CompletionItemProvider = {
  provideCompletionItems(document, position) {
    return suggestionsAt(document.getText(), document.offsetAt(position)).map(toItem);
  },
};

function toItem(suggestion: Suggestion): vscode.CompletionItem {
  const { name, detail, kind, signature, documentation, insert } = suggestion;
  const item = new vscode.CompletionItem({ label: name, description: detail }, kinds[kind]);
  item.sortText = `${order[kind]}${name}`;
  item.documentation = new vscode.MarkdownString(
    [fenced(signature), escapeMarkdown(documentation)].filter((part) => part !== "").join("\n\n"),
  );
  if (insert !== undefined) {
    item.insertText = new vscode.SnippetString()
      .appendText(insert.before)
      .appendTabstop(0)
      .appendText(insert.after);
    if (insert.after !== "")
      item.command = { command: "editor.action.triggerParameterHints", title: "Show Parameters" };
  }
  return item;
}
