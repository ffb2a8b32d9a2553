import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { whenCancelled } from "../language/whenCancelled.ts";
import { readSettings, settingsSection } from "../settings.ts";
import { lineShapes } from "./lineShapes.ts";
import { isOutdated, isSameFile, type NewestNames } from "./newestNames.ts";

/** Milliseconds between two askings while a trace is being written. */
const pause = 2000;

/**
 * The shapes of what a Python script gave its recorder, behind the lines that recorded it: from the newest trace that the
 * script wrote, and only while the script is as it was then.
 */
export class TraceInlays implements vscode.InlayHintsProvider, Disposable {
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<void>());
  readonly onDidChangeInlayHints = this.#changed.event;
  readonly #newest: NewestNames;
  #timer: NodeJS.Timeout | undefined;
  #isWatching = false;

  constructor(newest: NewestNames) {
    this.#newest = newest;
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(`${settingsSection}.traces.inlayHints`)) this.#changed.fire();
      }),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#owned.dispose();
  }

  async provideInlayHints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[]> {
    const { traceInlays, hoverMilliseconds } = readSettings();
    if (!traceInlays) return [];
    this.#watch();
    const limit = AbortSignal.any([AbortSignal.timeout(hoverMilliseconds), whenCancelled(token)]);
    const names = await this.#newest.of(document.uri, limit);
    if (names === undefined || (await isOutdated(document, names.modified))) return [];
    const own = names.names.filter(({ source }) => source && isSameFile(source.file, document.uri.fsPath));
    return lineShapes(own)
      .filter(({ line }) => line >= 1 && line <= document.lineCount)
      .map(({ line, text }) => toHint(document.lineAt(line - 1).range.end, text, names.path))
      .filter(({ position }) => range.contains(position));
  }

  /** Begins with the first script that asks: those who have none pay nothing for it. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const watcher = this.#owned.add(vscode.workspace.createFileSystemWatcher("**/*.pgtrace"));
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete])
      this.#owned.add(event(() => this.#tellSoon()));
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#changed.fire();
    }, pause);
  }
}

function toHint(position: vscode.Position, text: string, trace: string): vscode.InlayHint {
  const hint = new vscode.InlayHint(position, text, vscode.InlayHintKind.Type);
  hint.paddingLeft = true;
  hint.tooltip = `as ${vscode.workspace.asRelativePath(trace)} recorded it last`;
  return hint;
}
