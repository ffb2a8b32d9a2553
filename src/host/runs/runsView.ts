import path from "node:path";
import * as vscode from "vscode";
import type { RunListing } from "../../protocol/views.ts";
import { commandPrefix } from "../commands/commandTable.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import type { Panels } from "../panel/panels.ts";
import type { HostStore } from "../store.ts";
import { listedRunsFolders } from "../training/runsFolder.ts";
import { runsViewId } from "../viewNames.ts";
import { describeRun, type RunNode, runNodes, updateNodes } from "./runNodes.ts";

const restMilliseconds = 500;

export interface RunsViewOptions {
  readonly engine: EngineHost;
  readonly store: HostStore;
  readonly panels: Panels;
  readonly log: vscode.LogOutputChannel;
  readonly storage: vscode.Uri;
}

/** The tree of runs: read while it is seen, followed live, quiet otherwise. */
export class RunsView implements Disposable, vscode.TreeDataProvider<RunNode> {
  readonly #options: RunsViewOptions;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<void>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #tree: vscode.TreeView<RunNode>;
  #listings: readonly RunListing[] = [];
  #watchers = this.#owned.add(new DisposableStore());
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RunsViewOptions) {
    this.#options = options;
    this.#tree = this.#owned.add(
      vscode.window.createTreeView(runsViewId, { treeDataProvider: this, canSelectMany: true }),
    );
    this.#owned.add(this.#tree.onDidChangeVisibility(({ visible }) => this.#heedVisibility(visible)));
    this.#owned.add(options.engine.onRunChanged(() => this.refresh()));
    this.#owned.add(
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#heedVisibility(this.#tree.visible)),
    );
    this.#owned.add(
      options.store.onChange((model, before) => {
        if (model.activePath !== before.activePath) this.refresh();
      }),
    );
    this.#owned.add({ dispose: () => clearTimeout(this.#timer) });
  }

  get selectedPath(): string | undefined {
    return this.#tree.selection[0]?.path;
  }

  /** The runs that are selected, each once. */
  get selectedPaths(): readonly string[] {
    return [...new Set(this.#tree.selection.map(({ path: file }) => file))];
  }

  find(file: string): RunListing | undefined {
    return this.#listings.find((run) => run.path === file);
  }

  /** Shows an update in the page of a run that has just been opened. */
  selectUpdate(file: string, update: number): void {
    this.#options.panels.find(file)?.select(update);
  }

  /** Reads again soon, if somebody is looking. */
  refresh(): void {
    if (!this.#tree.visible) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#changed.fire();
    }, restMilliseconds);
  }

  /** Reads again now. */
  async reload(): Promise<readonly RunListing[]> {
    await this.#read();
    this.#changed.fire();
    return this.#listings;
  }

  async getChildren(node?: RunNode): Promise<RunNode[]> {
    if (node === undefined) return runNodes(await this.#read());
    return node.kind === "run" ? updateNodes(node.run) : [];
  }

  getTreeItem(node: RunNode): vscode.TreeItem {
    if (node.kind === "run") return runItem(node.run);
    if (node.kind === "update") return updateItem(node);
    return new vscode.TreeItem(`${node.count} more kept updates: open the run to reach them`);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #read(): Promise<readonly RunListing[]> {
    const { engine, log, storage } = this.#options;
    const folders = await existing(listedRunsFolders(storage));
    try {
      const lists = await Promise.all(
        folders.map((folder) => engine.call("listRuns", { folder: folder.fsPath })),
      );
      this.#listings = lists.flat();
      this.#tree.message = undefined as unknown as string;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(`runs: ${reason}`);
      this.#tree.message = reason;
    }
    return this.#listings;
  }

  #heedVisibility(visible: boolean): void {
    this.#watchers.dispose();
    this.#watchers = this.#owned.add(new DisposableStore());
    if (!visible) return;
    for (const folder of listedRunsFolders(this.#options.storage)) this.#watch(folder);
    this.refresh();
  }

  #watch(folder: vscode.Uri): void {
    const pattern = new vscode.RelativePattern(folder, "*.pgrun*");
    const watcher = this.#watchers.add(vscode.workspace.createFileSystemWatcher(pattern));
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) {
      this.#watchers.add(event(() => this.refresh()));
    }
  }
}

/** The folders that are there: without one there is nothing to ask the engine, which then stays asleep. */
async function existing(folders: readonly vscode.Uri[]): Promise<vscode.Uri[]> {
  const found = await Promise.all(
    folders.map((folder) =>
      vscode.workspace.fs.stat(folder).then(
        () => [folder],
        () => [],
      ),
    ),
  );
  return found.flat();
}

function runItem(run: RunListing): vscode.TreeItem {
  const collapsible = run.kept.length + run.pinned.length > 0;
  const state = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(
    path.basename(run.name, ".pgrun"),
    collapsible ? state.Collapsed : state.None,
  );
  item.id = run.path;
  item.description = describeRun(run);
  item.tooltip = `${run.path}\n${describeRun(run)}`;
  item.contextValue = run.beingWritten ? "runBeingWritten" : "run";
  item.iconPath = new vscode.ThemeIcon(runIcon(run));
  item.command = open(run.path);
  return item;
}

function runIcon(run: RunListing): string {
  if (run.error !== undefined) return "warning";
  return run.beingWritten ? "record" : "graph-line";
}

function updateItem(node: RunNode & { kind: "update" }): vscode.TreeItem {
  const item = new vscode.TreeItem(node.label);
  item.id = `${node.path}#${node.update}`;
  item.contextValue = "update";
  item.iconPath = new vscode.ThemeIcon(node.pinned ? "pinned" : "history");
  item.command = open(node.path, node.update);
  return item;
}

function open(file: string, update?: number): vscode.Command {
  return { command: `${commandPrefix}runs.open`, title: "Open", arguments: [{ path: file, update }] };
}
