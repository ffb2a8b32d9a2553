import path from "node:path";
import * as vscode from "vscode";
import type { RecordedNamesView, RecordedNameView } from "../../protocol/traceViews.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import { whenCancelled } from "../language/whenCancelled.ts";
import { readSettings } from "../settings.ts";
import { findTraces, type TraceFile } from "./findTraces.ts";
import { nameMarkdown } from "./nameMarkdown.ts";
import { recordedKeywords } from "./pythonNames.ts";

/** Traces that are asked whether they are of a script, newest first. */
const mostTraces = 8;
/** Milliseconds for which the list of traces is believed. */
const listLife = 2000;

/**
 * Hovers over a Python script's recorded names: the values they had in the newest trace that the script wrote. Says
 * nothing, and starts no engine, where the workspace has no trace.
 */
export class TraceHover implements vscode.HoverProvider {
  readonly #engine: EngineHost;
  readonly #log: vscode.LogOutputChannel;
  #list: { readonly at: number; readonly files: Promise<readonly TraceFile[]> } | undefined;

  constructor(engine: EngineHost, log: vscode.LogOutputChannel) {
    this.#engine = engine;
    this.#log = log;
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
    const names = await this.#namesOf(document.uri, limit);
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

  /** What the newest trace of a script holds. */
  async #namesOf({ fsPath }: vscode.Uri, limit: AbortSignal): Promise<RecordedNamesView | undefined> {
    const files = (await this.#traces()).slice(0, mostTraces);
    for (const file of files) {
      try {
        const names = await this.#engine.call("recordedNames", { path: file.path }, limit);
        if (names.files.some((one) => isSameFile(one, fsPath))) return names;
      } catch (error) {
        // A hover is no place to complain of a damaged trace, or of one that takes too long; the next one is asked.
        this.#log.debug(`hover: ${error instanceof Error ? error.message : String(error)}`);
        if (limit.aborted) return undefined;
      }
    }
    return undefined;
  }

  #traces(): Promise<readonly TraceFile[]> {
    const now = Date.now();
    if (this.#list === undefined || now - this.#list.at > listLife)
      this.#list = { at: now, files: findTraces() };
    return this.#list.files;
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

/** Paths of another machine, or of a moved folder, are told by the file's name. */
function isSameFile(recorded: string, file: string): boolean {
  return recorded === file || recorded.split(/[\\/]/).at(-1) === path.basename(file);
}

function isInComment(document: vscode.TextDocument, { line, character }: vscode.Position): boolean {
  return /^\s*#/.test(document.lineAt(line).text.slice(0, character));
}

async function isOutdated(document: vscode.TextDocument, modified: number): Promise<boolean> {
  if (document.isDirty) return true;
  const { mtime } = await vscode.workspace.fs.stat(document.uri);
  return mtime > modified;
}
