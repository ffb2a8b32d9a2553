import path from "node:path";
import * as vscode from "vscode";
import type { EngineEvents, EngineMethods } from "../../protocol/engine.ts";
import { systemClock } from "../clock.ts";
import type { Disposable } from "../disposables.ts";
import { readSettings } from "../settings.ts";
import type { HostStore } from "../store.ts";
import type { EngineProcess } from "./engineProcess.ts";
import { findNode } from "./findNode.ts";
import { type ForkOptions, forkEngine } from "./forkEngine.ts";
import { probeNode } from "./probeNode.ts";
import { runtimeEnvironment } from "./runtimeEnvironment.ts";
import { EngineSupervisor, type SupervisorHealth } from "./supervisor.ts";

export interface EngineHostOptions {
  readonly extensionFolder: string;
  /** A folder of ours to run the engine in. */
  readonly workFolder: vscode.Uri;
  readonly store: HostStore;
  readonly log: vscode.LogOutputChannel;
}

/** The engine as the editor's parts use it: health and progress go to the store, the rest to listeners. */
export class EngineHost implements Disposable {
  readonly #options: EngineHostOptions;
  readonly #supervisor: EngineSupervisor;
  readonly #restarted = new vscode.EventEmitter<void>();
  readonly #runChanged = new vscode.EventEmitter<EngineEvents["runChanged"]>();
  /** Fired when an engine runs in place of one that closed; what was open in the old one is gone. */
  readonly onRestarted = this.#restarted.event;
  readonly #installing = new vscode.EventEmitter<EngineEvents["installing"]>();
  /** How far an installation of a backend's library is. */
  readonly onInstalling = this.#installing.event;
  readonly #exporting = new vscode.EventEmitter<EngineEvents["exporting"]>();
  /** How far an export of many updates is. */
  readonly onExporting = this.#exporting.event;
  readonly onRunChanged = this.#runChanged.event;
  entry: string;
  pid: number | undefined;

  constructor(options: EngineHostOptions) {
    this.#options = options;
    this.entry = path.join(options.extensionFolder, "dist", "engine.js");
    this.#supervisor = new EngineSupervisor({
      clock: systemClock,
      launch: () => this.#launch(),
      onHealth: (health) => this.#heed(health),
      onConnected: (engine, restarted) => {
        this.pid = engine.pid;
        options.log.info(`engine ${engine.pid} runs on Node ${engine.node}`);
        options.store.dispatch({ kind: "connected", backends: engine.backends });
        if (restarted) this.#restarted.fire();
      },
      onEvent: (event, payload) => this.#receive(event, payload),
      onOutput: (text) => options.log.info(`engine: ${text.trimEnd()}`),
    });
  }

  ready(): Promise<unknown> {
    return this.#supervisor.ready();
  }

  call<Name extends keyof EngineMethods & string>(
    method: Name,
    params: EngineMethods[Name]["params"],
    signal?: AbortSignal,
  ): Promise<EngineMethods[Name]["result"]> {
    return this.#supervisor.call(method, params, signal);
  }

  restart(): Promise<void> {
    return this.#supervisor.restart();
  }

  /** Ends the engine; resolves when its process is gone. */
  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  dispose(): void {
    void this.stop();
    this.#restarted.dispose();
    this.#runChanged.dispose();
    this.#installing.dispose();
    this.#exporting.dispose();
  }

  /** What runs the engine; other programs of ours run on the same. Rejects where no Node is found. */
  async runner(): Promise<Omit<ForkOptions, "entry">> {
    const { extensionFolder, workFolder, log } = this.#options;
    const places = {
      setting: readSettings().nodePath,
      extensionFolder,
      searchPath: process.env.PATH ?? "",
      editor: process.execPath,
      platform: process.platform,
    };
    const search = await findNode(places, probeNode);
    for (const { path: file, reason } of search.tried) log.debug(`Node at ${file}: ${reason}`);
    if (search.found === undefined) throw new Error(search.message);
    await vscode.workspace.fs.createDirectory(workFolder);
    const { path: node, runAsNode } = search.found;
    const folder = workFolder.fsPath;
    const environment = runtimeEnvironment(folder, readSettings().libraryFolder);
    return { node, runAsNode, folder, environment };
  }

  async #launch(): Promise<EngineProcess> {
    return forkEngine({ entry: this.entry, ...(await this.runner()) });
  }

  #heed(health: SupervisorHealth): void {
    const { log, store } = this.#options;
    if (health.state !== "running") this.pid = undefined;
    if (health.state === "down") log.error(health.message);
    else if (health.state === "restarting") log.warn(health.message);
    else log.info(`engine ${health.state}`);
    store.dispatch({ kind: "health", health });
  }

  #receive<Name extends keyof EngineEvents>(event: Name, payload: EngineEvents[Name]): void {
    const { store, log } = this.#options;
    if (event === "progress") {
      store.dispatch({ kind: "progress", progress: payload as EngineEvents["progress"] });
    } else if (event === "runChanged") {
      this.#runChanged.fire(payload as EngineEvents["runChanged"]);
    } else if (event === "installing") {
      this.#installing.fire(payload as EngineEvents["installing"]);
    } else if (event === "exporting") {
      this.#exporting.fire(payload as EngineEvents["exporting"]);
    } else if (event === "log") {
      const { level, text } = payload as EngineEvents["log"];
      log[level === "warning" ? "warn" : level](text);
    }
  }
}
