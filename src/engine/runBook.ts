import { dirname, resolve } from "node:path";
import type { EngineMethods, TrainParams, UpdateReference } from "../protocol/engine.ts";
import type { RunSettings, RunView, TrainingProgress } from "../protocol/views.ts";
import { freePath } from "../runs/folder.ts";
import { resumeRun } from "../runs/runWriter.ts";
import type { Backends } from "./backends/backends.ts";
import { backendFor } from "./backends/forRun.ts";
import type { Emit } from "./emit.ts";
import { endingPythonOnFailure, resolveForTraining } from "./gym/forTraining.ts";
import { PythonError } from "./gym/pythonProcess.ts";
import type { Inspector } from "./inspection/inspector.ts";
import type { OpenedUpdate } from "./inspection/openedUpdate.ts";
import { OpenRun } from "./openRun.ts";
import { checkUpdate } from "./replay.ts";
import { type ResolvedSettings, resolveSettings } from "./settings.ts";
import { type SessionOptions, type TrainingChange, TrainingSession } from "./trainingSession.ts";
import { UserError } from "./userError.ts";

/** Milliseconds between two looks at the files of runs that others write, and between two progress events. */
const followEvery = 200;
const progressEvery = 50;

/** An update of a run that is open. */
export interface OpenedReference extends OpenedUpdate<Inspector> {
  readonly run: OpenRun;
}

/** The runs that are open, by id; tells of their progress, as often as credit allows. */
export class RunBook {
  readonly backends: Backends;
  readonly #emit: Emit;
  readonly #runs = new Map<string, OpenRun>();
  readonly #waiting = new Map<string, TrainingProgress>();
  readonly #lastTold = new Map<string, { at: number; steps: number }>();
  #credit = 0;
  #nextId = 1;
  #follower: NodeJS.Timeout | undefined;

  constructor(emit: Emit, backends: Backends) {
    this.backends = backends;
    this.#emit = emit;
  }

  get(id: string): OpenRun {
    const run = this.#runs.get(id);
    if (run) return run;
    throw new UserError("unknown_run", `There is no open run "${id}".`);
  }

  session(id: string): TrainingSession {
    const { session } = this.get(id);
    if (session) return session;
    throw new UserError("not_own", "Another process trains this run; here it can only be read.");
  }

  async train(params: TrainParams): Promise<RunView> {
    const resolved = await this.#resolve(params);
    return endingPythonOnFailure(resolved, async () => {
      const backend = await backendFor(this.backends, resolved);
      const id = this.#takeId();
      const options = { ...this.#sessionOptions(id, params.limit), backend };
      const session = TrainingSession.create(params.out, resolved, options);
      return this.#addOwn(id, params.out, session, params.paused === true);
    });
  }

  /** Where Python cannot make the environment, all that it said goes to the log. */
  async #resolve({ settings, python }: TrainParams): Promise<ResolvedSettings> {
    try {
      return await resolveForTraining(settings, python);
    } catch (error) {
      if (error instanceof PythonError && error.detail !== "") this.#log(error);
      throw error;
    }
  }

  /** Takes a run up on the backend in force, or on another. */
  async resumeFile(
    path: string,
    backend?: RunSettings["backend"],
    python?: TrainParams["python"],
  ): Promise<RunView> {
    const id = this.#takeId();
    const options = { ...this.#sessionOptions(id, undefined), backends: this.backends, backend, python };
    const session = await TrainingSession.resume(path, options);
    return this.#addOwn(id, path, session, false);
  }

  /** Opens a file to read, or gives the run that already has it open. */
  open(path: string): OpenRun {
    for (const run of this.#runs.values()) if (resolve(run.path) === resolve(path)) return run;
    const run = new OpenRun(this.#takeId(), path, this.backends);
    this.#runs.set(run.id, run);
    this.#follow();
    return run;
  }

  /** Trains on; the promise of "one" resolves when the update is made. Failures are told as progress. */
  start(id: string, what: "run" | "one"): Promise<void> {
    const session = this.session(id);
    const work = what === "run" ? session.run() : session.oneUpdate();
    return work.catch((error: Error) => this.#log(error));
  }

  /** An error's message; of Python's, all that it said. */
  #log(error: Error): void {
    const detail = error instanceof PythonError && error.detail !== "" ? `\n${error.detail}` : "";
    this.#emit("log", { level: "error", text: `${error.message}${detail}` });
  }

  async reset(id: string, changes: Partial<RunSettings>, python?: TrainParams["python"]): Promise<RunView> {
    const old = this.get(id);
    const settings = { ...old.resolved.settings, ...changes };
    const resolved = resolveSettings(settings);
    await old.session?.stop();
    const { environment, algorithm, seed } = resolved.settings;
    const out = freePath(dirname(old.path), `${environment}-${algorithm}-seed${seed}`);
    return this.train({ settings: resolved.settings, out, ...(python && { python }) });
  }

  async apply(id: string, change: TrainingChange): Promise<EngineMethods["apply"]["result"]> {
    const fromUpdate = await this.session(id).applyBetween(change);
    this.#emit("runChanged", { run: id, updates: this.get(id).refresh() });
    return { fromUpdate };
  }

  async pin(reference: UpdateReference, label: string): Promise<void> {
    const run = this.get(reference.run);
    run.refresh();
    checkUpdate(run.reader, reference.update);
    this.#write(run, (writer) => writer.pin(reference.update, label));
  }

  unpin(reference: UpdateReference): void {
    this.#write(this.get(reference.run), (writer) => writer.unpin(reference.update));
  }

  async opened(reference: UpdateReference): Promise<OpenedReference> {
    const run = this.get(reference.run);
    const { inspector } = await run.inspect(reference.update);
    const { settings, environment } = run.resolved;
    const where = `update ${inspector.frozen.update}, ${settings.environment}, seed ${settings.seed}`;
    return { run, inspector, names: run.names, environment, where };
  }

  credit(count: number): void {
    this.#credit += count;
    for (const [id, progress] of [...this.#waiting]) this.#tell(id, progress);
  }

  async closeRun(id: string): Promise<void> {
    const run = this.#runs.get(id);
    this.#runs.delete(id);
    await run?.close();
  }

  async close(): Promise<void> {
    clearInterval(this.#follower);
    await Promise.all([...this.#runs.keys()].map((id) => this.closeRun(id)));
  }

  #addOwn(id: string, path: string, session: TrainingSession, paused: boolean): RunView {
    const run = new OpenRun(id, path, this.backends, session);
    this.#runs.set(id, run);
    if (!paused) void this.start(id, "run");
    return run.view();
  }

  #sessionOptions(id: string, limit: TrainParams["limit"]): SessionOptions {
    return {
      ...(limit && { limit }),
      onUpdate: (summary) => {
        const run = this.#runs.get(id);
        run?.noteUpdate(summary);
        const told = this.#lastTold.get(id);
        const now = performance.now();
        if (run && (!told || now - told.at >= progressEvery)) {
          if (told) run.stepsPerSecond = ((summary.steps - told.steps) / (now - told.at)) * 1000;
          this.#lastTold.set(id, { at: now, steps: summary.steps });
          if (this.#credit > 0) run.rememberLatest();
          this.#tell(id, run.progress());
        }
      },
      onState: () => {
        const run = this.#runs.get(id);
        if (run) this.#tell(id, run.progress());
      },
    };
  }

  /** Sends progress where there is credit; else the newest waits. */
  #tell(id: string, progress: TrainingProgress): void {
    if (this.#credit <= 0) {
      this.#waiting.set(id, progress);
      return;
    }
    this.#credit--;
    this.#waiting.delete(id);
    this.#emit("progress", progress);
  }

  #write(run: OpenRun, action: (writer: TrainingSession["writer"]) => void): void {
    if (
      run.session &&
      run.session.state !== "finished" &&
      run.session.state !== "stopped" &&
      run.session.state !== "failed"
    ) {
      action(run.session.writer);
      run.session.flush();
    } else {
      const writer = resumeRun(run.path);
      try {
        action(writer);
      } finally {
        writer.close();
      }
    }
    this.#emit("runChanged", { run: run.id, updates: run.refresh() });
  }

  /** Looks at the files of runs that another process writes. */
  #follow(): void {
    this.#follower ??= setInterval(() => {
      for (const run of this.#runs.values()) if (!run.session) this.#pollOne(run);
    }, followEvery);
    this.#follower.unref();
  }

  #pollOne(run: OpenRun): void {
    try {
      const { changed, updates } = run.reader.poll();
      if (!changed) return;
      run.followRate();
      this.#emit("runChanged", { run: run.id, updates });
      this.#tell(run.id, run.progress());
    } catch (error) {
      this.#emit("log", { level: "warning", text: (error as Error).message });
    }
  }

  #takeId(): string {
    return `run${this.#nextId++}`;
  }
}
