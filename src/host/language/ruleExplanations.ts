import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "../disposables.ts";

const scheme = "policy-gradient-rule";
const address = vscode.Uri.from({ scheme, path: "/Update rule.md" });
const preview = "markdown.showPreviewToSide";

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
    const editor = vscode.window.activeTextEditor;
    await showBeside();
    if (editor !== undefined) await vscode.window.showTextDocument(editor.document, editor.viewColumn);
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

/** As a page where the editor can show one, else as text. */
async function showBeside(): Promise<void> {
  const commands = await vscode.commands.getCommands(true);
  if (commands.includes(preview)) await vscode.commands.executeCommand(preview, address);
  else await vscode.window.showTextDocument(address, { viewColumn: vscode.ViewColumn.Beside, preview: true });
}
