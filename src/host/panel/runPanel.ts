import * as vscode from "vscode";
import { type PanelMemory, panelProtocolVersion } from "../../protocol/panel.ts";
import { systemClock } from "../clock.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import type { HostModel } from "../model.ts";
import { hostState, stateDiffers } from "./hostState.ts";
import { loadPage } from "./loadPage.ts";
import { PanelConnection, requireVersion } from "./panelConnection.ts";
import { PanelFeed } from "./panelFeed.ts";
import { panelHandlers } from "./panelHandlers.ts";
import { messageHtml } from "./panelHtml.ts";
import { checkPanelParams } from "./panelSchemas.ts";
import type { PanelServices } from "./panelServices.ts";

/** A page that shows one run: behind a webview panel and behind the editor of a .pgrun file alike. */
export class RunPanel implements Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #services: PanelServices;
  readonly #owned = new DisposableStore();
  readonly #connection: PanelConnection;
  readonly #feed: PanelFeed;
  readonly #disposed = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.#disposed.event;
  #ended = false;
  #path: string | null = null;
  #memory: PanelMemory | null = null;
  #probe: Float64Array = new Float64Array();
  #wantedUpdate: number | undefined;
  #wantedLoss: string | undefined;

  constructor(panel: vscode.WebviewPanel, services: PanelServices) {
    this.#panel = panel;
    this.#services = services;
    this.#connection = new PanelConnection({
      port: {
        get visible() {
          return panel.visible;
        },
        post: (message) => void panel.webview.postMessage(message),
      },
      check: checkPanelParams,
      handlers: panelHandlers(this.#duties()),
    });
    this.#feed = new PanelFeed(systemClock, (event, payload) => this.#connection.emit(event, payload));
    this.#listen();
    this.#load();
  }

  /** Path of the run that is shown, or null. */
  get path(): string | null {
    return this.#path;
  }

  /** The update that the page has selected, as far as it said. */
  get selectedUpdate(): number | null {
    return this.#memory?.update ?? null;
  }

  /** The loss text in the page's editor, where it was edited. */
  get lossText(): string | undefined {
    return this.#memory?.lossText ?? undefined;
  }

  get active(): boolean {
    return !this.#ended && this.#panel.active;
  }

  get visible(): boolean {
    return !this.#ended && this.#panel.visible;
  }

  /** Whether the page has loaded and said so. */
  get connected(): boolean {
    return this.#connection.connected;
  }

  /** Shows the run of this file, once the engine has it open. */
  bind(path: string): void {
    if (this.#ended) return;
    const left = this.#path;
    this.#path = path;
    const title = this.#services.store.model.runs[path]?.title;
    if (title !== undefined) this.#panel.title = title;
    if (this.#panel.active) this.#services.store.dispatch({ kind: "focused", path });
    this.#pushState(this.#services.store.model);
    if (left !== null && left !== path) this.#services.left(left);
  }

  /** Shows why there is nothing to show. */
  refuse(message: string): void {
    if (this.#ended) return;
    this.#connection.close();
    this.#feed.close();
    this.#panel.webview.html = messageHtml(message);
  }

  select(update: number): void {
    this.#wantedUpdate = update;
    this.#feed.push("select", { update });
  }

  setLoss(text: string): void {
    this.#wantedLoss = text;
    this.#feed.push("setLoss", { text });
  }

  reveal(column?: vscode.ViewColumn): void {
    this.#panel.reveal(column);
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #listen(): void {
    const { store, engine } = this.#services;
    const own = this.#owned;
    own.add(this.#panel.webview.onDidReceiveMessage((message) => this.#connection.receive(message)));
    own.add(this.#panel.onDidChangeViewState(() => this.#heedView()));
    own.add(this.#panel.onDidDispose(() => this.#end()));
    own.add(store.onChange((model, before) => this.#heed(model, before)));
    own.add(
      engine.onRunChanged((change) => {
        if (change.run === this.#run()) this.#feed.push("runChanged", change);
      }),
    );
    if (this.#panel.active) store.dispatch({ kind: "focused", path: this.#path });
  }

  #load(): void {
    const { extensionUri } = this.#services;
    this.#panel.iconPath = vscode.Uri.joinPath(extensionUri, "media", "icon.png");
    loadPage(this.#panel, extensionUri, "webview", "Policy Gradient");
  }

  #duties(): Parameters<typeof panelHandlers>[0] {
    const { engine, runCommand, refreshRun } = this.#services;
    return {
      ask: (method, params, signal) => engine.call(method, params, signal),
      run: () => this.#run(),
      ready: ({ version, probe, saved }) => {
        requireVersion(version, panelProtocolVersion);
        this.#probe = probe;
        this.#memory = saved;
        this.#feed.open();
        engine.ready().catch(() => {});
        this.#repeatWishes();
        return this.#state(this.#services.store.model);
      },
      command: (command, update) => runCommand(command, { path: this.#path, update }),
      copy: (text) => Promise.resolve(vscode.env.clipboard.writeText(text)),
      remember: (memory) => {
        this.#memory = memory;
      },
      applied: async () => {
        if (this.#path !== null) await refreshRun(this.#path);
      },
    };
  }

  /** A page that was not there when it was asked to select or edit is asked again. */
  #repeatWishes(): void {
    if (this.#wantedUpdate !== undefined) this.#feed.push("select", { update: this.#wantedUpdate });
    if (this.#wantedLoss !== undefined) this.#feed.push("setLoss", { text: this.#wantedLoss });
    this.#wantedUpdate = undefined;
    this.#wantedLoss = undefined;
  }

  #heedView(): void {
    const { store } = this.#services;
    if (this.#panel.active) store.dispatch({ kind: "focused", path: this.#path });
    else if (store.model.focusedPath === this.#path) store.dispatch({ kind: "focused", path: null });
    if (!this.#panel.visible) {
      this.#feed.close();
      this.#connection.close();
    }
  }

  #heed(model: HostModel, before: HostModel): void {
    const view = this.#path === null ? undefined : model.runs[this.#path];
    if (view !== undefined && this.#panel.title !== view.title) this.#panel.title = view.title;
    if (stateDiffers(before, model, this.#path)) this.#pushState(model);
    const progress = view?.progress;
    const known = this.#path === null ? undefined : before.runs[this.#path]?.progress;
    if (progress !== undefined && progress !== known) this.#feed.push("progress", progress);
  }

  #pushState(model: HostModel): void {
    this.#feed.push("state", this.#state(model));
  }

  #state(model: HostModel) {
    const motion = vscode.workspace.getConfiguration("workbench").get<string>("reduceMotion", "auto");
    return hostState(model, this.#path, { probe: this.#probe, reducedMotion: motion === "on" });
  }

  #run(): string | undefined {
    return this.#path === null ? undefined : this.#services.store.model.runs[this.#path]?.run;
  }

  /** Nothing of a disposed panel may be read, so everything that might is let go of first. */
  #end(): void {
    const { store, left } = this.#services;
    this.#ended = true;
    this.#owned.dispose();
    this.#connection.close();
    this.#feed.close();
    if (this.#path !== null && store.model.focusedPath === this.#path) {
      store.dispatch({ kind: "focused", path: null });
    }
    this.#disposed.fire();
    this.#disposed.dispose();
    if (this.#path !== null) left(this.#path);
  }
}
