import * as vscode from "vscode";
import { ChannelError } from "../../protocol/channel.ts";
import type { RunView, TrainingProgress } from "../../protocol/views.ts";
import { type Disposable, DisposableStore } from "../disposables.ts";
import type { EngineHost } from "../engine/engineHost.ts";
import { readSettings } from "../settings.ts";
import type { HostStore } from "../store.ts";
import { pythonFor } from "./pythonPlace.ts";
import { freeName, runFileName, runsBeyondCap } from "./runFiles.ts";
import { fileNames, prepareRunsFolder, runsFolder } from "./runsFolder.ts";
import type { TrainArguments } from "./trainArguments.ts";

export interface TrainerOptions {
  readonly engine: EngineHost;
  readonly store: HostStore;
  readonly log: vscode.LogOutputChannel;
  readonly storage: vscode.Uri;
}

/** Starts and steers training, and takes it up again after the engine was restarted. */
export class Trainer implements Disposable {
  readonly #options: TrainerOptions;
  readonly #owned = new DisposableStore();
  #starting: Promise<unknown> = Promise.resolve();

  constructor(options: TrainerOptions) {
    this.#options = options;
    this.#owned.add(options.engine.onRestarted(() => void this.#takeUpAgain()));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /**
   * Begins a new run in a new file. A run that this window is training is stopped first, so of two
   * that are asked for at once the second begins when the first has begun.
   */
  train(request: TrainArguments): Promise<RunView> {
    const begun = this.#starting.then(() => this.#begin(request));
    this.#starting = begun.catch(() => {});
    return begun;
  }

  async #begin({ updates, paused, ...request }: TrainArguments): Promise<RunView> {
    const { engine, storage } = this.#options;
    await engine.ready();
    await this.#stopActive();
    const folder = runsFolder(storage);
    await prepareRunsFolder(folder);
    await this.#makeRoom(folder);
    const { environment = "CartPole-v1", algorithm = "reinforce", seed = 1 } = request;
    const name = freeName(runFileName(environment, algorithm, seed), await fileNames(folder));
    const out = vscode.Uri.joinPath(folder, name).fsPath;
    const limit = updates === undefined ? {} : { limit: { updates } };
    const python = await pythonFor(environment, storage);
    const view = await engine.call("train", {
      settings: { backend: readSettings().backend, ...request },
      out,
      ...(python && { python }),
      ...limit,
      ...(paused === true && { paused }),
    });
    return this.#opened(view, true);
  }

  /** Opens a run file for reading; one that is open already is answered from what is known. */
  async open(path: string): Promise<RunView> {
    const { engine, store } = this.#options;
    await engine.ready();
    const known = store.model.runs[path];
    if (known !== undefined) return known;
    return this.#opened(await engine.call("open", { path }), false);
  }

  async pause(run: RunView): Promise<void> {
    this.#progress(await this.#options.engine.call("pause", { run: run.run }));
  }

  /** Goes on with a paused run, or takes up one that was only open for reading from its file. */
  async resume(run: RunView): Promise<RunView> {
    const { engine } = this.#options;
    if (run.own && run.progress.state === "paused") {
      this.#progress(await engine.call("resume", { run: run.run }));
      return run;
    }
    await this.#stopActive();
    const view = this.#opened(await this.#resumeFile(run), true);
    await this.#forget(run);
    return view;
  }

  async oneUpdate(run: RunView): Promise<number> {
    const progress = await this.#options.engine.call("oneUpdate", { run: run.run });
    this.#progress(progress);
    return progress.update;
  }

  async stop(run: RunView): Promise<void> {
    this.#progress(await this.#options.engine.call("stop", { run: run.run }));
  }

  async reset(run: RunView): Promise<RunView> {
    const python = await this.#pythonOf(run);
    const view = await this.#options.engine.call("reset", { run: run.run, ...(python && { python }) });
    return this.#opened(view, true);
  }

  async #resumeFile(run: RunView): Promise<RunView> {
    const python = await this.#pythonOf(run);
    return this.#options.engine.call("resumeFile", { path: run.path, ...(python && { python }) });
  }

  #pythonOf({ settings }: RunView): ReturnType<typeof pythonFor> {
    return pythonFor(settings.environment, this.#options.storage);
  }

  /** Reads what the engine knows of an open run again. */
  async refresh(path: string): Promise<void> {
    const { engine, store } = this.#options;
    const known = store.model.runs[path];
    if (known === undefined) return;
    this.#opened(await engine.call("view", { run: known.run }), store.model.activePath === path);
  }

  /** Lets go of a run that nothing shows any more, unless it is being trained here. */
  async release(path: string): Promise<void> {
    const { store } = this.#options;
    const view = store.model.runs[path];
    if (view === undefined || (view.own && isLive(view.progress))) return;
    store.dispatch({ kind: "closed", path });
    await this.#forget(view);
  }

  /** Closes what the engine has open under an identifier that nothing uses any more. */
  async #forget({ run }: RunView): Promise<void> {
    await this.#options.engine.call("close", { run }).catch((error: unknown) => this.#note(error));
  }

  async #stopActive(): Promise<void> {
    const { store } = this.#options;
    const { activePath, runs } = store.model;
    const active = activePath === null ? undefined : runs[activePath];
    if (active?.own === true && isLive(active.progress)) await this.stop(active);
  }

  async #makeRoom(folder: vscode.Uri): Promise<void> {
    const { engine, log } = this.#options;
    const cap = readSettings().runsCapBytes;
    if (cap <= 0) return;
    const listings = await engine.call("listRuns", { folder: folder.fsPath });
    for (const { path, name } of runsBeyondCap(listings, cap)) {
      log.info(`deleting ${name}: the runs folder is over policyGradient.runs.maximumSize`);
      await this.release(path);
      await engine.call("deleteRun", { path });
    }
  }

  /** After a restart no run is open in the engine: what was training trains on, the rest is read again. */
  async #takeUpAgain(): Promise<void> {
    const { store, engine } = this.#options;
    for (const view of Object.values(store.model.runs)) {
      const training = view.own && view.progress.state === "training";
      try {
        const opened = training ? this.#resumeFile(view) : engine.call("open", { path: view.path });
        this.#opened(await opened, training);
      } catch (error) {
        this.#note(error);
        const message = error instanceof Error ? error.message : String(error);
        store.dispatch({ kind: "progress", progress: { ...view.progress, state: "failed", message } });
      }
    }
  }

  #opened(view: RunView, active: boolean): RunView {
    this.#options.store.dispatch({ kind: "opened", view, active });
    return view;
  }

  #progress(progress: TrainingProgress): void {
    this.#options.store.dispatch({ kind: "progress", progress });
  }

  #note(error: unknown): void {
    const text = error instanceof ChannelError ? `${error.code}: ${error.message}` : String(error);
    this.#options.log.warn(text);
  }
}

function isLive({ state }: TrainingProgress): boolean {
  return state === "training" || state === "paused";
}
