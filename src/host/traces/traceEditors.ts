import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { messageHtml } from "../panel/panelHtml.ts";
import { lineEditorViewType, traceEditorViewType } from "../viewNames.ts";
import { TracePage, type TracePageOptions } from "./tracePage.ts";

/** The editors of trace files in this window. */
export class TraceEditors implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #pages = new Set<TracePage>();
  readonly #options: TracePageOptions;

  constructor(options: TracePageOptions) {
    this.#options = options;
    for (const viewType of [traceEditorViewType, lineEditorViewType]) {
      this.#owned.add(
        vscode.window.registerCustomEditorProvider(
          viewType,
          {
            openCustomDocument: (uri) => ({ uri, dispose: () => {} }),
            resolveCustomEditor: (document, panel) => this.#open(document.uri, panel),
          },
          { supportsMultipleEditorsPerDocument: true },
        ),
      );
    }
  }

  /** A page of this file. */
  find(path: string): TracePage | undefined {
    return [...this.#pages].find((page) => page.path === path);
  }

  dispose(): void {
    this.#owned.dispose();
    for (const page of this.#pages) page.dispose();
  }

  #open(uri: vscode.Uri, panel: vscode.WebviewPanel): void {
    if (uri.scheme !== "file") {
      panel.webview.html = messageHtml("A trace can only be opened from a disk that the engine can read.");
      return;
    }
    const page = new TracePage(uri.fsPath, panel, this.#options);
    this.#pages.add(page);
    panel.onDidDispose(() => {
      this.#pages.delete(page);
      page.dispose();
      if (page.run !== undefined && this.find(page.path) === undefined)
        void this.#options.traces.close(page.run);
    });
  }
}
