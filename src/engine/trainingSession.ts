import type { RunSettings, TrainingState } from "../protocol/views.ts";
import { RunError } from "../runs/runError.ts";
import { openRun } from "../runs/runReader.ts";
import { createRun, type RunWriter, resumeRun } from "../runs/runWriter.ts";
import type { UpdateSummary } from "../runs/summary.ts";
import { Backends } from "./backends/backends.ts";
import { type ChosenBackend, kernelsChosen } from "./backends/choose.ts";
import { encodeFrozen, type FrozenUpdate, freeze } from "./frozenUpdate.ts";
import { endingPythonOnFailure, type PythonPlace, resolveForTraining } from "./gym/forTraining.ts";
import type { ChangingSettings } from "./learner.ts";
import { resumeTrainer } from "./resume.ts";
import { describeRun, settingsOf } from "./runMetadata.ts";
import { policyOf } from "./runPolicy.ts";
import { runtimePlaces } from "./runtimes/places.ts";
import type { ResolvedSettings } from "./settings.ts";
import { Trainer } from "./trainer.ts";
import { encodeTrainerState } from "./trainerState.ts";
import { UserError } from "./userError.ts";

/** When training ends by itself. */
export interface TrainingLimit {
  readonly updates?: number | undefined;
  readonly steps?: number | undefined;
  /** Ends when the environment counts as solved, and unsolved after `mostEpisodes`. */
  readonly untilSolved?: boolean | undefined;
}

/** Episodes after which `untilSolved` gives up. */
export const mostEpisodes = 5000;

/** Steps between two looks at the clock. */
const slice = 2048;
/** The same where another process steps the environments, which may take long for each. */
const remoteSlice = 32;
/** Milliseconds that a step under way may take once the run is to stop. */
const patience = 2000;
/** Milliseconds of work between two turns of the event loop. */
const turn = 12;
const commitEvery = 250;
const checkpointEvery = 1000;

/** What may change between two updates. */
export type TrainingChange = Partial<ChangingSettings> & { readonly loss?: string };

export interface SessionOptions {
  readonly limit?: TrainingLimit;
  /** false: nothing is kept but what the file needs to be a run; for measuring what recording costs. */
  readonly record?: boolean;
  readonly onUpdate?: (summary: UpdateSummary) => void;
  readonly onState?: (state: TrainingState, message: string | undefined) => void;
}

export interface ResumeOptions extends SessionOptions {
  /** What trains on; default: what is recorded. */
  readonly backend?: RunSettings["backend"] | undefined;
  readonly backends?: Backends;
  /** What may step environments of Gymnasium. */
  readonly python?: PythonPlace | undefined;
}

/**
 * Trains one run and writes it down: summaries at least every quarter of a second, a checkpoint at least
 * every second and at every change, the update just made beside each checkpoint.
 */
export class TrainingSession {
  readonly trainer: Trainer;
  readonly writer: RunWriter;
  state: TrainingState = "paused";
  message: string | undefined;
  solved = false;
  readonly #options: SessionOptions;
  #lastCheckpoint = performance.now();
  #lastCommit = performance.now();
  #wanted: "run" | "one" | "pause" | "stop" = "pause";
  #working: Promise<void> | undefined;
  #closed = false;
  /** What waits for the trainer to stand between two updates. */
  readonly #waiting: (() => void)[] = [];

  /** Starts a new run file. Throws RunError ("exists" without `force`, …) or UserError. */
  static create(
    path: string,
    resolved: ResolvedSettings,
    options: SessionOptions & { force?: boolean; backend?: ChosenBackend } = {},
  ): TrainingSession {
    const chosen = options.backend ?? kernelsChosen("the only one asked for");
    const trainer = new Trainer(resolved, chosen.opened?.createPolicy(policyOf(resolved)));
    const writer = createRun(path, describeRun(resolved, chosen), { force: options.force === true });
    const session = new TrainingSession(trainer, writer, options);
    writer.recordLoss(1, resolved.settings.loss, { ...changing(resolved.settings) });
    session.#checkpoint();
    writer.flush();
    return session;
  }

  /**
   * Takes up a run file after its last update, bit for bit where the uninterrupted run would be, on the backend in force or
   * on another, which is recorded then; see `resumeTrainer`.
   */
  static async resume(path: string, options: ResumeOptions = {}): Promise<TrainingSession> {
    const writer = resumeRun(path);
    try {
      const reader = openRun(path);
      try {
        const resolved = await resolveForTraining(settingsOf(reader.metadata), options.python);
        return await endingPythonOnFailure(resolved, async () => {
          const { backend, backends = new Backends(runtimePlaces(process.env)) } = options;
          const wanted = backend === "auto" ? undefined : backend;
          const { trainer, changedTo } = await resumeTrainer(reader, resolved, backends, wanted);
          if (trainer.update < reader.updateCount) writer.rewind(trainer.update);
          const session = new TrainingSession(trainer, writer, options);
          if (changedTo) session.#recordBackend(changedTo);
          return session;
        });
      } finally {
        reader.close();
      }
    } catch (error) {
      writer.close();
      throw error;
    }
  }

  /** Notes in the run what trains it from here on. */
  #recordBackend({ name, reason, device }: ChosenBackend): void {
    const { loss, ...settings } = this.trainer.settings;
    this.writer.recordLoss(this.trainer.update + 1, loss, { ...settings, backend: name, reason, device });
    this.#checkpoint();
    this.writer.flush();
  }

  constructor(trainer: Trainer, writer: RunWriter, options: SessionOptions) {
    this.trainer = trainer;
    this.writer = writer;
    this.#options = options;
    this.solved = trainer.window.reaches(trainer.resolved.environment.solvedAt);
  }

  /** Trains until a limit, a pause or a stop; resolves then. */
  run(): Promise<void> {
    return this.#start("run");
  }

  /** Makes exactly one update, then pauses. */
  oneUpdate(): Promise<void> {
    return this.#start("one");
  }

  async pause(): Promise<void> {
    if (this.#wanted !== "stop") this.#wanted = "pause";
    await this.#working;
  }

  /** Ends the run and closes its file; it can be taken up again with `resume`. */
  async stop(): Promise<void> {
    this.#wanted = "stop";
    const { remote } = this.trainer.resolved;
    // A step that hangs would never come back.
    const force = remote && setTimeout(() => void remote.close(), patience);
    await this.#working?.catch((error: Error) => {
      if (!(remote && this.state === "stopped")) throw error;
    });
    clearTimeout(force);
    this.#finish("stopped", undefined);
  }

  /** Changes loss or settings from the next update on, and records the change. Returns that update's number. */
  apply(change: TrainingChange): number {
    this.#checkOpen();
    this.trainer.change(change);
    const fromUpdate = this.trainer.update + 1;
    const { loss, ...settings } = this.trainer.settings;
    this.writer.recordLoss(fromUpdate, loss, { ...settings });
    this.#checkpoint();
    this.writer.flush();
    return fromUpdate;
  }

  /** `apply` at the next moment at which the trainer stands between two updates: with a device, not at once. */
  applyBetween(change: TrainingChange): Promise<number> {
    if (!this.trainer.isAsynchronous || !this.#working)
      return Promise.resolve().then(() => this.apply(change));
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          resolve(this.apply(change));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** Commits what was gathered, so that readers see every update made. */
  flush(): void {
    if (!this.#closed) this.writer.flush();
  }

  /** The update made last, frozen; undefined before the first. */
  latest(): FrozenUpdate | undefined {
    const frozen = this.trainer.lastFrozen();
    return frozen && freeze(frozen);
  }

  #checkOpen(): void {
    if (this.#closed)
      throw new UserError("run_ended", "This run has ended.", "Resume it from its file, or reset it.");
  }

  #start(wanted: "run" | "one"): Promise<void> {
    this.#checkOpen();
    this.#wanted = wanted;
    this.#setState("training", undefined);
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #work(): Promise<void> {
    try {
      if (this.#wanted === "run" && this.#isOver(this.trainer)) this.#finish("finished", undefined);
      while (this.#wanted === "run" || this.#wanted === "one") {
        if (this.trainer.isAsynchronous) await this.#turnOnDevice();
        else this.#turn();
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (this.#closed) return;
      await this.trainer.synchronise();
      this.writer.flush();
      if (this.state === "training") this.#setState("paused", undefined);
    } catch (caught) {
      const error = this.#explained(caught as Error);
      // What the device still holds is worth a try; where it no longer answers, the last checkpoint is what there is.
      await this.trainer.synchronise().catch(() => undefined);
      const wasAsked = this.#isStopping() && this.trainer.resolved.remote !== undefined;
      this.#finish(wasAsked ? "stopped" : "failed", wasAsked ? undefined : error.message);
      throw error;
    } finally {
      this.#runWaiting();
    }
  }

  /** A device's own failure, in one line that says what can be done; any other error as it is. */
  #explained(error: Error): Error {
    const { device } = this.trainer;
    if (!device || error instanceof UserError || error instanceof RunError) return error;
    const reason = error.message.split("\n")[0]?.replace(/\.$/, "");
    return new UserError(
      "device_failed",
      `The backend ${device.name} failed after update ${this.trainer.update}: ${reason}. The run is kept.`,
      `Go on with pgi train --resume ${this.writer.path} --backend kernels, or with a smaller network or batch.`,
    );
  }

  /** Asked anew: what is wanted changes while a turn is awaited. */
  #isStopping(): boolean {
    return this.#wanted === "stop";
  }

  #runWaiting(): void {
    for (const task of this.#waiting.splice(0)) task();
  }

  /** Some milliseconds of training, with the bookkeeping that falls due. */
  #turn(): void {
    const until = performance.now() + turn;
    let now = performance.now();
    do {
      const summary = this.trainer.advance(slice);
      const before = now;
      now = performance.now();
      this.trainer.addMilliseconds(now - before);
      if (summary && this.#follow(summary, now)) return;
    } while (now < until);
  }

  /** The same where a device learns; what a checkpoint needs is read from it when one is due. */
  async #turnOnDevice(): Promise<void> {
    const { remote } = this.trainer.resolved;
    const until = performance.now() + turn;
    let now = performance.now();
    do {
      const summary = await this.trainer.advanceOnDevice(remote ? remoteSlice : slice);
      const before = now;
      now = performance.now();
      this.trainer.addMilliseconds(now - before);
      if (!summary) continue;
      if (this.#isOver(summary) || this.#isCheckpointDue(now)) await this.trainer.synchronise();
      if (this.#follow(summary, now)) return;
    } while (now < until && this.#waiting.length === 0);
    if (this.#waiting.length === 0) return;
    await this.trainer.synchronise();
    this.#runWaiting();
  }

  /** The bookkeeping that falls due after an update. @returns whether the turn is over. */
  #follow(summary: UpdateSummary, now: number): boolean {
    const { clock } = this.trainer;
    clock.begin();
    this.#record(summary);
    if (this.#isOver(summary)) {
      this.#finish("finished", undefined);
      return true;
    }
    if (now - this.#lastCommit >= commitEvery) this.#commit(now);
    clock.end("record");
    clock.endUpdate();
    if (this.#wanted !== "one") return false;
    this.#wanted = "pause";
    return true;
  }

  /** Writes down what was made; the update just made goes with it, so that followers open it without replay. */
  #commit(now: number): void {
    this.#lastCommit = now;
    if (this.#options.record === false) return;
    if (this.#isCheckpointDue(now)) this.#checkpoint();
    else this.#keep("latest");
    this.writer.flush();
  }

  #record(summary: UpdateSummary): void {
    if (this.#options.record !== false) this.writer.append(summary);
    if (!this.solved) this.solved = this.trainer.window.reaches(this.trainer.resolved.environment.solvedAt);
    this.#options.onUpdate?.(summary);
  }

  #isOver(summary: Pick<UpdateSummary, "update" | "steps" | "episode">): boolean {
    const { updates, steps, untilSolved } = this.#options.limit ?? {};
    const { annealSteps } = this.trainer.resolved.settings;
    if (annealSteps !== null && summary.steps >= annealSteps) return true;
    if (updates !== undefined && summary.update >= updates) return true;
    if (steps !== undefined && summary.steps >= steps) return true;
    return untilSolved === true && (this.solved || summary.episode >= mostEpisodes);
  }

  #isCheckpointDue(now: number): boolean {
    return now - this.#lastCheckpoint >= checkpointEvery;
  }

  #checkpoint(): void {
    this.#lastCheckpoint = performance.now();
    this.#writeCheckpoint();
    this.#keep("sample");
  }

  /** Of the last state between two batches, which may lie before the last update. */
  #writeCheckpoint(): void {
    const state = this.trainer.state();
    this.writer.checkpoint(state.update, encodeTrainerState(state));
  }

  #keep(reason: "sample" | "latest"): void {
    const frozen = this.trainer.lastFrozen();
    if (frozen) this.writer.keep(frozen.update, encodeFrozen(frozen), reason);
  }

  #finish(state: TrainingState, message: string | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#wanted = "stop";
    if (this.#options.record !== false && this.trainer.isSynchronised) {
      this.#writeCheckpoint();
      this.#keep("latest");
    }
    this.trainer.device?.dispose();
    void this.trainer.resolved.remote?.close();
    try {
      this.writer.close();
    } finally {
      this.#setState(state, message);
    }
  }

  #setState(state: TrainingState, message: string | undefined): void {
    this.state = state;
    this.message = message;
    this.#options.onState?.(state, message);
  }
}

function changing({ gamma, learningRate, optimiser }: RunSettings): ChangingSettings {
  return { gamma, learningRate, optimiser };
}
