import * as v from "valibot";
import * as vscode from "vscode";
import { ChannelError } from "../../protocol/channel.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import type { Trainer } from "../training/trainer.ts";
import { panelViewType, runEditorViewType } from "../viewNames.ts";
import { panelMemory } from "./panelSchemas.ts";
import type { PanelServices } from "./panelServices.ts";
import { RunPanel } from "./runPanel.ts";

export interface PanelsOptions {
  readonly services: Omit<PanelServices, "left">;
  readonly trainer: Trainer;
  readonly log: vscode.LogOutputChannel;
}

/** All pages of this window: the one panel that follows training, restored ones, and editors of .pgrun files. */
export class Panels implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #open = new Set<RunPanel>();
  readonly #options: PanelsOptions;
  #main: RunPanel | undefined;

  constructor(options: PanelsOptions) {
    this.#options = options;
    const { store } = options.services;
    this.#owned.add(
      vscode.window.registerWebviewPanelSerializer(panelViewType, {
        deserializeWebviewPanel: (panel, state: unknown) => this.#restore(panel, state),
      }),
    );
    this.#owned.add(
      vscode.window.registerCustomEditorProvider(runEditorViewType, {
        openCustomDocument: (uri) => ({ uri, dispose: () => {} }),
        resolveCustomEditor: (document, panel) => this.#editor(document.uri, panel),
      }),
    );
    this.#owned.add(
      store.onChange((model, before) => {
        if (model.activePath !== null && model.activePath !== before.activePath) {
          this.#main?.bind(model.activePath);
        }
        if (model.health.state === "running" && before.health.state !== "running") this.#openMissing();
      }),
    );
  }

  get all(): readonly RunPanel[] {
    return [...this.#open];
  }

  /** The page that has the focus, else the one that is seen, else any that shows the run. */
  find(path: string | null | undefined): RunPanel | undefined {
    const showing = this.all.filter((panel) => path === undefined || path === null || panel.path === path);
    return showing.find(({ active }) => active) ?? showing.find(({ visible }) => visible) ?? showing[0];
  }

  /** Shows a run in the panel that follows training; makes and reveals the panel where `show` says so. */
  follow(path: string, show: boolean): void {
    if (show) this.showMain();
    this.#main?.bind(path);
  }

  /** Reveals the panel that follows training, and makes it where there is none. */
  showMain(): RunPanel {
    const { store } = this.#options.services;
    if (this.#main !== undefined) {
      this.#main.reveal();
      return this.#main;
    }
    const place = { viewColumn: vscode.ViewColumn.Active, preserveFocus: false };
    const panel = vscode.window.createWebviewPanel(panelViewType, "Policy Gradient", place, {
      enableScripts: true,
      enableFindWidget: false,
    });
    this.#main = this.#track(panel);
    const path = store.model.focusedPath ?? store.model.activePath;
    if (path !== null) this.#main.bind(path);
    return this.#main;
  }

  dispose(): void {
    this.#owned.dispose();
    for (const panel of this.#open) panel.dispose();
  }

  async #restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const page = this.#track(panel);
    this.#main ??= page;
    const memory = v.safeParse(panelMemory, state);
    const path = memory.success ? memory.output.path : null;
    if (path?.endsWith(".pgrun")) await this.#show(page, path);
  }

  async #editor(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    const page = this.#track(panel);
    if (uri.scheme === "file") await this.#show(page, uri.fsPath);
    else page.refuse("A run can only be opened from a disk that the engine can read.");
  }

  /** Opens the run in the engine and shows it. Where only the engine is down the page says so and waits for it. */
  async #show(page: RunPanel, path: string): Promise<void> {
    try {
      await this.#options.trainer.open(path);
      page.bind(path);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#options.log.warn(`${path}: ${message}`);
      const engineTrouble = error instanceof ChannelError && ["engine_down", "closed"].includes(error.code);
      if (engineTrouble) page.bind(path);
      else page.refuse(message);
    }
  }

  /** Once the engine runs, pages whose run could not be opened before get it. */
  #openMissing(): void {
    const { model } = this.#options.services.store;
    for (const page of this.#open) {
      if (page.path !== null && model.runs[page.path] === undefined) {
        void this.#show(page, page.path);
      }
    }
  }

  #track(panel: vscode.WebviewPanel): RunPanel {
    const page = new RunPanel(panel, { ...this.#options.services, left: (path) => this.#left(path) });
    this.#open.add(page);
    page.onDidDispose(() => {
      this.#open.delete(page);
      if (this.#main === page) this.#main = undefined;
    });
    return page;
  }

  #left(path: string): void {
    if (this.all.some((panel) => panel.path === path)) return;
    void this.#options.trainer.release(path);
  }
}
