import path from "node:path";
import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "../disposables.ts";

const scheme = "policy-gradient-trace";
const preview = "markdown.showPreviewToSide";

/** Reports on traces: documents that cannot be edited, one a trace, beside the editor in front. */
export class ReportPages implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<vscode.Uri>());
  readonly #texts = new Map<string, string>();

  constructor() {
    const provider: vscode.TextDocumentContentProvider = {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: (uri) => this.#texts.get(uri.toString()) ?? "",
    };
    this.#owned.add(vscode.workspace.registerTextDocumentContentProvider(scheme, provider));
    this.#owned.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === scheme) this.#texts.delete(uri.toString());
      }),
    );
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Shows a report; where the editor renders Markdown, as a page, else as text at the heading of a finding. */
  async show(trace: string, markdown: string, finding: string | undefined): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${path.basename(trace)}.md`, query: trace });
    this.#texts.set(uri.toString(), markdown);
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    const commands = await vscode.commands.getCommands(true);
    if (finding === undefined && commands.includes(preview)) {
      await vscode.commands.executeCommand(preview, uri);
      return;
    }
    const line = document
      .getText()
      .split("\n")
      .findIndex((one) => one.startsWith("### ") && one.includes(`\`${finding}\``));
    const selection = new vscode.Range(Math.max(0, line), 0, Math.max(0, line), 0);
    const viewColumn = vscode.ViewColumn.Beside;
    await vscode.window.showTextDocument(document, { preview: true, viewColumn, selection });
  }
}
