import * as vscode from "vscode";
import type { DoctorReport } from "../../protocol/doctor.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { doctorMarkdown } from "./doctorMarkdown.ts";

const scheme = "policy-gradient-doctor";
const page = vscode.Uri.from({ scheme, path: "/Doctor.md" });
const preview = "markdown.showPreview";

/** The doctor's page: a document that cannot be edited, written anew each time it is asked for. */
export class DoctorPage implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<vscode.Uri>());
  #text = "";

  constructor() {
    const provider: vscode.TextDocumentContentProvider = {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: () => this.#text,
    };
    this.#owned.add(vscode.workspace.registerTextDocumentContentProvider(scheme, provider));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Shows a report, as a rendered page where the editor can render Markdown. */
  async show(report: DoctorReport): Promise<void> {
    this.#text = doctorMarkdown(report);
    this.#changed.fire(page);
    const document = await vscode.workspace.openTextDocument(page);
    const commands = await vscode.commands.getCommands(true);
    if (commands.includes(preview)) await vscode.commands.executeCommand(preview, page);
    else await vscode.window.showTextDocument(document, { preview: true });
  }
}
