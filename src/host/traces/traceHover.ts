import path from "node:path";
import * as vscode from "vscode";
import type { RecordedNamesView, RecordedNameView } from "../../protocol/traceViews.ts";
import { whenCancelled } from "../language/whenCancelled.ts";
import { readSettings } from "../settings.ts";
import { nameMarkdown } from "./nameMarkdown.ts";
import { isOutdated, isSameFile, type NewestNames } from "./newestNames.ts";
import { recordedKeywords } from "./pythonNames.ts";

/**
 * Hovers over a Python script's recorded names: the values they had in the newest trace that the script wrote. Says
 * nothing, and starts no engine, where the workspace has no trace.
 */
export class TraceHover implements vscode.HoverProvider {
  readonly #newest: NewestNames;

  constructor(newest: NewestNames) {
    this.#newest = newest;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const { traceHover, hoverMilliseconds } = readSettings();
    const range = document.getWordRangeAtPosition(position, /[A-Za-z_]\w*/);
    if (!traceHover || range === undefined || isInComment(document, position)) return undefined;
    const limit = AbortSignal.any([AbortSignal.timeout(hoverMilliseconds), whenCancelled(token)]);
    const word = document.getText(range);
    const names = await this.#newest.of(document.uri, limit);
    const name = names && nameOf(names, word, document);
    if (!names || !name) return undefined;
    const markdown = nameMarkdown(name, {
      word,
      trace: path.basename(names.path),
      age: Date.now() - names.modified,
      isOutdated: await isOutdated(document, names.modified),
    });
    return new vscode.Hover(new vscode.MarkdownString(markdown), range);
  }
}

/** The recorded value of a word: what was watched under it, else what the script gives the recorder under it. */
function nameOf(
  { names }: RecordedNamesView,
  word: string,
  document: vscode.TextDocument,
): RecordedNameView | undefined {
  const own = names.filter(({ source }) => source === null || isSameFile(source.file, document.uri.fsPath));
  const keyword = recordedKeywords(document.getText()).get(word);
  return (
    own.find(({ name, isWatched }) => isWatched && name === word) ??
    own.find(({ name, isWatched }) => !isWatched && name === keyword)
  );
}

function isInComment(document: vscode.TextDocument, { line, character }: vscode.Position): boolean {
  return /^\s*#/.test(document.lineAt(line).text.slice(0, character));
}
