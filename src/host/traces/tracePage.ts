import path from "node:path";
import * as vscode from "vscode";
import type { Handlers } from "../../protocol/channel.ts";
import { type HostState, panelProtocolVersion, type TraceSubject } from "../../protocol/panel.ts";
import type { TracePageMethods, TraceReadMethod } from "../../protocol/tracePage.ts";
import type { FindingView, OpenTraceView, TraceView } from "../../protocol/traceViews.ts";
import { systemClock } from "../clock.ts";
import { commandPrefix } from "../commands/commandTable.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import { Follower } from "../follower.ts";
import { hostState } from "../panel/hostState.ts";
import { loadPage, reducesMotion } from "../panel/loadPage.ts";
import { PanelConnection, requireVersion } from "../panel/panelConnection.ts";
import { forward } from "../panel/panelHandlers.ts";
import type { HostStore } from "../store.ts";
import { findSource } from "./findSource.ts";
import { QuietWait } from "./quietWait.ts";
import { checkTracePageParams, readMethods } from "./tracePageSchemas.ts";
import type { Traces } from "./traces.ts";

export interface TracePageOptions {
  readonly extensionUri: vscode.Uri;
  readonly store: HostStore;
  readonly traces: Traces;
}

/** What is read of a trace: what it holds, which is told before its diagnosis. */
interface TraceReading {
  readonly opened: OpenTraceView | null;
  readonly diagnosis: TraceView | null;
}

/**
 * The editor of one trace file: what its updates are, and each of them step by step as the panel shows a run's. The file
 * is read on as it grows.
 */
export class TracePage implements Disposable {
  readonly path: string;
  readonly #panel: vscode.WebviewPanel;
  readonly #options: TracePageOptions;
  readonly #owned = new DisposableStore();
  readonly #connection: PanelConnection<TracePageMethods>;
  readonly #follower: Follower<TraceReading>;
  readonly #questions = new QuietWait(systemClock);
  #probe: Float64Array = new Float64Array();

  constructor(file: string, panel: vscode.WebviewPanel, options: TracePageOptions) {
    this.path = file;
    this.#panel = panel;
    this.#options = options;
    const { store, traces } = options;
    this.#connection = new PanelConnection<TracePageMethods>({
      port: {
        get visible() {
          return panel.visible;
        },
        post: (message) => void panel.webview.postMessage(message),
      },
      check: checkTracePageParams,
      handlers: this.#handlers(),
    });
    this.#follower = this.#owned.add(
      new Follower<TraceReading>({
        clock: systemClock,
        read: async (show) => {
          show({ ...this.#known, opened: await traces.open(file) });
          // The engine does one thing at a time: what the page has asked of the updates comes first.
          await this.#questions.quiet();
          const diagnosis = await traces.check(file);
          return { ...this.#known, diagnosis };
        },
        watch: (changed) => watchFile(file, changed),
        onChange: () => this.#tell(),
      }),
    );
    this.#owned.add(panel.webview.onDidReceiveMessage((message) => this.#connection.receive(message)));
    this.#owned.add(panel.onDidChangeViewState(() => this.#heedView()));
    this.#owned.add(traces.engine.onRestarted(() => this.#follower.readAgain()));
    this.#owned.add(
      store.onChange((model, before) => {
        if (before.health.state === "running" && model.health.state !== "running")
          this.#follower.replace({ ...this.#known, opened: null });
        if (model.health !== before.health || model.trusted !== before.trusted) this.#tell();
      }),
    );
    loadPage(panel, options.extensionUri, "webview", path.basename(file), "trace");
  }

  /** By what the engine knows the trace; undefined until it was read. */
  get run(): string | undefined {
    return this.#known.opened?.run;
  }

  /** What the page shows, or will once it has loaded. */
  get state(): HostState {
    const { problem, isReading } = this.#follower.known;
    const { opened, diagnosis } = this.#known;
    const page = { probe: this.#probe, reducedMotion: reducesMotion() };
    return {
      ...hostState(this.#options.store.model, null, page),
      run: opened && subjectOf(opened),
      trace: { overview: opened?.overview ?? diagnosis, diagnosis, problem, isReading },
    };
  }

  get #known(): TraceReading {
    return this.#follower.known.view ?? { opened: null, diagnosis: null };
  }

  /** Whether the page has loaded and said so. */
  get connected(): boolean {
    return this.#connection.connected;
  }

  /** Turns the page to an update, by its place in the trace. */
  select(update: number): void {
    this.#connection.emit("select", { update });
  }

  dispose(): void {
    this.#owned.dispose();
    this.#connection.close();
  }

  #handlers(): Handlers<TracePageMethods> {
    const { traces } = this.#options;
    return {
      ...this.#reading(),
      ready: ({ version, probe }) => {
        requireVersion(version, panelProtocolVersion);
        this.#probe = probe;
        this.#follower.show(true);
        return this.state;
      },
      copy: async ({ text }) => {
        await vscode.env.clipboard.writeText(text);
        return null;
      },
      // The page keeps its own memory over a reload.
      remember: () => null,
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
      placeOf: async (asked) => {
        const { updates, steps } = this.#finding(asked.finding);
        return traces.engine.call("tracePlace", { run: this.run ?? "", updates, steps });
      },
    };
  }

  /** The panel's questions, which the engine answers. */
  #reading(): Pick<Handlers<TracePageMethods>, TraceReadMethod> {
    const { engine } = this.#options.traces;
    const forwarding = {
      ask: engine.call.bind(engine),
      run: () => this.run,
    };
    const handlers: unknown = Object.fromEntries(
      readMethods.map((method) => {
        const ask = forward(method, forwarding);
        const counted: typeof ask = (params, call) => this.#questions.during(ask(params, call));
        return [method, counted];
      }),
    );
    return handlers as Pick<Handlers<TracePageMethods>, TraceReadMethod>;
  }

  #tell(): void {
    this.#connection.emit("state", this.state);
  }

  #finding(id: string): FindingView {
    const found = this.#known.diagnosis?.findings.find((one) => one.id === id);
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

/** A trace as the panel's parts know what they show. */
function subjectOf({ run, overview }: OpenTraceView): TraceSubject {
  return {
    run,
    path: overview.path,
    title: path.basename(overview.path),
    own: false,
    progress: {
      run,
      state: "reading",
      update: overview.updateCount,
      episode: overview.episodes,
      steps: overview.steps,
      lastReturn: Number.NaN,
      averageReturn: Number.NaN,
      stepsPerSecond: 0,
      solved: false,
    },
  };
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
