import * as vscode from "vscode";
import { commandPrefix, commandTable } from "../commands/commandTable.ts";
import { requirements } from "../commands/requirements.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { type HostModel, targetRun } from "../model.ts";
import type { HostStore } from "../store.ts";
import { statusText } from "./statusText.ts";

const offered = ["pause", "resume", "oneUpdate", "stop", "openPanel", "restartEngine", "showLog"] as const;

/** One item in the status bar: what trains and how well; its tooltip offers what can be done. */
export class StatusBar implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #item: vscode.StatusBarItem;

  constructor(store: HostStore) {
    this.#item = this.#owned.add(
      vscode.window.createStatusBarItem("policyGradient.status", vscode.StatusBarAlignment.Left, 10),
    );
    this.#item.name = "Policy Gradient";
    this.#item.command = `${commandPrefix}openPanel`;
    this.#owned.add(store.onChange((model) => this.#draw(model)));
    this.#draw(store.model);
  }

  get text(): string {
    return this.#item.text;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #draw(model: HostModel): void {
    const status = statusText(model);
    if (status === undefined) {
      this.#item.hide();
      return;
    }
    this.#item.text = status.text;
    this.#item.accessibilityInformation = { label: status.label, role: "button" };
    this.#item.tooltip = tooltip(status.details, model);
    this.#item.backgroundColor = status.warning
      ? new vscode.ThemeColor("statusBarItem.warningBackground")
      : undefined;
    this.#item.show();
  }
}

function tooltip(details: readonly string[], model: HostModel): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  for (const detail of details) text.appendText(detail).appendMarkdown("\n\n");
  const run = targetRun(model);
  const usable = offered.filter((id) => requirements[commandTable[id].requires].reason(run) === undefined);
  const links = usable.map((id) => `[${commandTable[id].title}](command:${commandPrefix}${id})`);
  text.appendMarkdown(links.join(" · "));
  text.isTrusted = { enabledCommands: offered.map((id) => `${commandPrefix}${id}`) };
  return text;
}
