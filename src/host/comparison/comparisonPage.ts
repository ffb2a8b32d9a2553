import path from "node:path";
import * as vscode from "vscode";
import type { Handlers } from "../../protocol/channel.ts";
import {
  type ComparisonLook,
  type ComparisonPageEvents,
  type ComparisonPageMethods,
  type ComparisonPageState,
  comparisonPageVersion,
} from "../../protocol/comparisonPage.ts";
import type { RunsComparisonView } from "../../protocol/comparisonViews.ts";
import { systemClock } from "../clock.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import { Follower } from "../follower.ts";
import { loadPage, reducesMotion } from "../panel/loadPage.ts";
import { PanelConnection, requireVersion } from "../panel/panelConnection.ts";
import { runEditorViewType } from "../viewNames.ts";
import { checkComparisonParams } from "./comparisonSchemas.ts";

export interface ComparisonPageOptions {
  readonly extensionUri: vscode.Uri;
  readonly engine: EngineHost;
}

/** What a page compares and how; the files and folders stay, the look may change. */
export interface Compared {
  readonly paths: readonly string[];
  readonly look: ComparisonLook;
}

export const usualLook: ComparisonLook = { axis: "steps", metric: "averageReturn" };

/** Milliseconds between two looks at runs that are being written, whose files do not always tell. */
const livePause = 1000;

/** The page of one comparison: read anew as its runs grow, while it is seen. */
export class ComparisonPage implements Disposable {
  readonly paths: readonly string[];
  readonly #panel: vscode.WebviewPanel;
  readonly #options: ComparisonPageOptions;
  readonly #owned = new DisposableStore();
  readonly #connection: PanelConnection<ComparisonPageMethods, ComparisonPageEvents>;
  readonly #follower: Follower<RunsComparisonView>;
  #look: ComparisonLook;
  #cancelLive: (() => void) | undefined;

  constructor({ paths, look }: Compared, panel: vscode.WebviewPanel, options: ComparisonPageOptions) {
    this.paths = paths;
    this.#look = look;
    this.#panel = panel;
    this.#options = options;
    panel.title = titleOf(paths);
    this.#connection = new PanelConnection<ComparisonPageMethods, ComparisonPageEvents>({
      port: {
        get visible() {
          return panel.visible;
        },
        post: (message) => void panel.webview.postMessage(message),
      },
      check: checkComparisonParams,
      handlers: this.#handlers(),
    });
    this.#follower = this.#owned.add(
      new Follower<RunsComparisonView>({
        clock: systemClock,
        read: () => options.engine.call("compareRuns", { paths, ...this.#look }),
        watch: (changed) => watchRuns(paths, changed),
        onChange: () => this.#tell(),
      }),
    );
    this.#owned.add({ dispose: () => this.#cancelLive?.() });
    this.#owned.add(options.engine.onRestarted(() => this.#follower.readAgain()));
    this.#owned.add(panel.webview.onDidReceiveMessage((message) => this.#connection.receive(message)));
    this.#owned.add(panel.onDidChangeViewState(() => this.#heedView()));
    loadPage(panel, options.extensionUri, "comparison", panel.title);
  }

  /** What the page shows, or will once it has loaded. */
  get state(): ComparisonPageState {
    return {
      paths: this.paths,
      look: this.#look,
      ...this.#follower.known,
      reducedMotion: reducesMotion(),
    };
  }

  /** Whether the page has loaded and said so. */
  get connected(): boolean {
    return this.#connection.connected;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#owned.dispose();
    this.#connection.close();
  }

  #handlers(): Handlers<ComparisonPageMethods> {
    const { engine } = this.#options;
    const checked = <Params extends { readonly path: string }>(params: Params) => {
      this.#requireRun(params.path);
      return params;
    };
    return {
      ready: ({ version, saved }) => {
        requireVersion(version, comparisonPageVersion);
        if (saved !== null) this.#look = saved.look;
        this.#follower.show(true);
        return this.state;
      },
      look: (look) => {
        this.#look = look;
        this.#follower.readAgain();
        return null;
      },
      openRun: async (params) => {
        await openRunEditor(checked(params).path);
        return null;
      },
      copy: async ({ text }) => {
        await vscode.env.clipboard.writeText(text);
        return null;
      },
      compareLosses: (params) => engine.call("compareLosses", checked(params)),
      pairRows: (params) => engine.call("pairRows", checked(params)),
      pairSeries: (params) => engine.call("pairSeries", checked(params)),
    };
  }

  /** A page reaches the runs that it shows and no other file. */
  #requireRun(file: string): void {
    const groups = this.#follower.known.view?.groups ?? [];
    if (groups.some(({ runs }) => runs.some((run) => run.path === file))) return;
    throw new Error(`${path.basename(file)} is not among the compared runs.`);
  }

  #tell(): void {
    const { view, isReading } = this.#follower.known;
    // What was read before need not travel again only to say that it is being read anew.
    if (isReading && view !== null) return;
    this.#connection.emit("state", this.state);
    if (view?.isLive !== true || this.#owned.disposed) return;
    this.#cancelLive?.();
    this.#cancelLive = systemClock.after(livePause, () => this.#follower.readAgain());
  }

  #heedView(): void {
    if (this.#panel.visible) return;
    this.#follower.show(false);
    this.#connection.close();
  }
}

/** "Comparison: sweep-1" of one folder, "Comparison: a, b" of few runs, else how many. */
function titleOf(paths: readonly string[]): string {
  const names = paths.map((one) => path.basename(one, ".pgrun"));
  return names.length <= 2 ? `Comparison: ${names.join(", ")}` : `Comparison: ${names.length} runs`;
}

async function openRunEditor(file: string): Promise<void> {
  await vscode.commands.executeCommand("vscode.openWith", vscode.Uri.file(file), runEditorViewType);
}

function watchRuns(paths: readonly string[], changed: () => void): Disposable {
  const owned = new DisposableStore();
  const folders = new Set(paths.map((one) => (one.endsWith(".pgrun") ? path.dirname(one) : one)));
  for (const folder of folders) {
    const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), "*.pgrun*");
    const watcher = owned.add(vscode.workspace.createFileSystemWatcher(pattern));
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete])
      owned.add(event(changed));
  }
  return owned;
}
