import path from "node:path";
import * as v from "valibot";
import * as vscode from "vscode";
import type { Handlers } from "../../protocol/channel.ts";
import {
  type TracePageEvents,
  type TracePageMethods,
  type TracePageState,
  tracePageVersion,
} from "../../protocol/tracePage.ts";
import type { FindingView, TraceView } from "../../protocol/traceViews.ts";
import { systemClock } from "../clock.ts";
import { commandPrefix } from "../commands/commandTable.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { Follower } from "../follower.ts";
import { loadPage, reducesMotion } from "../panel/loadPage.ts";
import { PanelConnection, requireVersion } from "../panel/panelConnection.ts";
import { findSource } from "./findSource.ts";
import type { Traces } from "./traces.ts";

export interface TracePageOptions {
  readonly extensionUri: vscode.Uri;
  readonly traces: Traces;
}

const finding = v.pipe(v.string(), v.maxLength(100));
const schemas: { readonly [Name in keyof TracePageMethods]: v.GenericSchema } = {
  ready: v.strictObject({ version: v.number() }),
  openSource: v.strictObject({ finding }),
  explain: v.strictObject({ finding: v.nullable(finding) }),
  copyFix: v.strictObject({ finding }),
  mend: v.strictObject({ finding }),
  exportUpdate: v.strictObject({ update: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
  saveReport: v.strictObject({}),
};

/** The editor of one trace file: what it holds and what its updates are, read anew as it grows. */
export class TracePage implements Disposable {
  readonly path: string;
  readonly #panel: vscode.WebviewPanel;
  readonly #options: TracePageOptions;
  readonly #owned = new DisposableStore();
  readonly #connection: PanelConnection<TracePageMethods, TracePageEvents>;
  readonly #follower: Follower<TraceView>;

  constructor(file: string, panel: vscode.WebviewPanel, options: TracePageOptions) {
    this.path = file;
    this.#panel = panel;
    this.#options = options;
    this.#connection = new PanelConnection<TracePageMethods, TracePageEvents>({
      port: {
        get visible() {
          return panel.visible;
        },
        post: (message) => void panel.webview.postMessage(message),
      },
      check: checkParams,
      handlers: this.#handlers(),
    });
    this.#follower = this.#owned.add(
      new Follower<TraceView>({
        clock: systemClock,
        read: () => options.traces.check(file),
        watch: (changed) => watchFile(file, changed),
        onChange: () => this.#connection.emit("state", this.state),
      }),
    );
    this.#owned.add(panel.webview.onDidReceiveMessage((message) => this.#connection.receive(message)));
    this.#owned.add(panel.onDidChangeViewState(() => this.#heedView()));
    loadPage(panel, options.extensionUri, "trace", path.basename(file));
  }

  /** What the page shows, or will once it has loaded. */
  get state(): TracePageState {
    const { view: trace, ...known } = this.#follower.known;
    return { trace, ...known, reducedMotion: reducesMotion() };
  }

  /** Whether the page has loaded and said so. */
  get connected(): boolean {
    return this.#connection.connected;
  }

  dispose(): void {
    this.#owned.dispose();
    this.#connection.close();
  }

  #handlers(): Handlers<TracePageMethods> {
    const { traces } = this.#options;
    return {
      ready: ({ version }) => {
        requireVersion(version, tracePageVersion);
        this.#follower.show(true);
        return this.state;
      },
      openSource: async (asked) => {
        await this.#openSource(this.#finding(asked.finding));
        return null;
      },
      explain: async (asked) => {
        await traces.explain(this.path, asked.finding ?? undefined);
        return null;
      },
      copyFix: async (asked) => {
        await vscode.env.clipboard.writeText(this.#finding(asked.finding).fix);
        return null;
      },
      mend: async (asked) => {
        const { id, source } = this.#finding(asked.finding);
        const isShown = await traces.mend(this.path, id);
        if (!isShown) void vscode.window.showInformationMessage(cannotMend(source));
        return isShown;
      },
      exportUpdate: async ({ update }) => {
        await vscode.commands.executeCommand(`${commandPrefix}exportTraceUpdate`, {
          path: this.path,
          update,
        });
        return null;
      },
      saveReport: async () => {
        await vscode.commands.executeCommand(`${commandPrefix}saveDiagnosis`, { path: this.path });
        return null;
      },
    };
  }

  #finding(id: string): FindingView {
    const found = this.#follower.known.view?.findings.find((one) => one.id === id);
    if (found === undefined) throw new Error(`The trace has no finding ${id} by now.`);
    return found;
  }

  async #openSource({ source }: FindingView): Promise<void> {
    const place = source === null ? undefined : await findSource(this.path, source);
    if (place === undefined) {
      const name = source === null ? "the script" : path.basename(source.file);
      void vscode.window.showInformationMessage(
        `${name} is not in this workspace; open its folder to see the line.`,
      );
      return;
    }
    await vscode.window.showTextDocument(place.uri, {
      selection: place.range,
      viewColumn: vscode.ViewColumn.Beside,
    });
  }

  #heedView(): void {
    if (this.#panel.visible) return;
    this.#follower.show(false);
    this.#connection.close();
  }
}

function cannotMend(source: FindingView["source"]): string {
  if (source === null) return "The trace does not say which line of a script made this update.";
  const place = `${source.file.split(/[\\/]/).at(-1)}:${source.line}`;
  return `No form of this mistake that is known stands near ${place}; the suggested change is for you to make.`;
}

function checkParams(method: string, params: unknown): string | undefined {
  if (!Object.hasOwn(schemas, method)) return undefined;
  const result = v.safeParse(schemas[method as keyof TracePageMethods], params);
  return result.success ? undefined : result.issues[0].message;
}

function watchFile(file: string, changed: () => void): Disposable {
  const pattern = new vscode.RelativePattern(vscode.Uri.file(path.dirname(file)), path.basename(file));
  const owned = new DisposableStore();
  const watcher = owned.add(vscode.workspace.createFileSystemWatcher(pattern));
  owned.add(watcher.onDidChange(changed));
  owned.add(watcher.onDidCreate(changed));
  owned.add(watcher.onDidDelete(changed));
  return owned;
}
