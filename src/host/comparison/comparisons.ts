import * as v from "valibot";
import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { messageHtml } from "../panel/panelHtml.ts";
import { comparisonViewType } from "../viewNames.ts";
import { type Compared, ComparisonPage, type ComparisonPageOptions, usualLook } from "./comparisonPage.ts";
import { comparisonMemory } from "./comparisonSchemas.ts";

/** The comparisons of this window, and those that a window had before it was loaded again. */
export class Comparisons implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #pages = new Set<ComparisonPage>();
  readonly #options: ComparisonPageOptions;

  constructor(options: ComparisonPageOptions) {
    this.#options = options;
    this.#owned.add(
      vscode.window.registerWebviewPanelSerializer(comparisonViewType, {
        deserializeWebviewPanel: async (panel, state: unknown) => this.#restore(panel, state),
      }),
    );
  }

  get all(): readonly ComparisonPage[] {
    return [...this.#pages];
  }

  /** Shows the comparison of these runs and folders, the one that there is or a new one. */
  show(paths: readonly string[]): ComparisonPage {
    const known = this.all.find((page) => sameTexts(page.paths, paths));
    known?.reveal();
    if (known !== undefined) return known;
    const panel = vscode.window.createWebviewPanel(
      comparisonViewType,
      "Comparison",
      vscode.ViewColumn.Active,
      {
        enableScripts: true,
      },
    );
    return this.#track({ paths, look: usualLook }, panel);
  }

  dispose(): void {
    this.#owned.dispose();
    for (const page of this.#pages) page.dispose();
  }

  #restore(panel: vscode.WebviewPanel, state: unknown): void {
    const memory = v.safeParse(comparisonMemory, state);
    if (memory.success && memory.output.paths.length > 0) this.#track(memory.output, panel);
    else panel.webview.html = messageHtml("What was compared here is not known any more.");
  }

  #track(compared: Compared, panel: vscode.WebviewPanel): ComparisonPage {
    const page = new ComparisonPage(compared, panel, this.#options);
    this.#pages.add(page);
    panel.onDidDispose(() => {
      this.#pages.delete(page);
      page.dispose();
    });
    return page;
  }
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, place) => text === b[place]);
}
