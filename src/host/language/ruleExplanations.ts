import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "../disposables.ts";

const scheme = "policy-gradient-rule";
const address = vscode.Uri.from({ scheme, path: "/Update rule.md" });
/** The editor's own page for Markdown. */
const markdownPreview = "vscode.markdown.preview.editor";

/** One read-only document beside the editor: what there is to know about the rule that was turned into a loss last. */
export class RuleExplanations implements Disposable, vscode.TextDocumentContentProvider {
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.#changed.event;
  #text = "";

  constructor() {
    this.#owned.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
  }

  provideTextDocumentContent(): string {
    return this.#text;
  }

  async show(markdown: string): Promise<void> {
    this.#text = markdown;
    this.#changed.fire(address);
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true };
    await vscode.commands.executeCommand("vscode.openWith", address, markdownPreview, beside);
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
