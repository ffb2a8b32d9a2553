import type { DevicePolicy } from "../policies/devicePolicy.ts";
import type { KernelsBackend } from "../policies/kernels.ts";
import type { Batch } from "../rl/batch.ts";
import { createGenerator, type RandomGenerator } from "../rl/randomGenerator.ts";
import type { UpdateSummary } from "../runs/summary.ts";
import type { FrozenUpdate } from "./frozenUpdate.ts";
import { Gatherer, type GathererState } from "./gatherer.ts";
import { type ChangingSettings, type Learned, Learner } from "./learner.ts";
import { Minibatches } from "./minibatches.ts";
import { PhaseClock } from "./phases.ts";
import { ReturnWindow } from "./returnWindow.ts";
import { isInParts, type ResolvedSettings } from "./settings.ts";
import { readTargets, type Targets } from "./targets.ts";
import type { TrainerState } from "./trainerState.ts";

/** What an update did, whole: valid until the trainer advances. */
export interface MadeUpdate extends Omit<Learned, "gradNorm" | "loss"> {
  readonly summary: UpdateSummary;
  /** θ before the step. */
  readonly theta: Float64Array;
  readonly settings: ChangingSettings;
  readonly loss: string;
}

/** A state between two batches. What a batch's updates change is part of it where they are several: they are made again then. */
type Boundary = GathererState & Pick<TrainerState, "shuffleGenerator"> & Partial<Progress>;

/** What of the state updates change. */
type Progress = Omit<TrainerState, keyof GathererState | "shuffleGenerator" | "milliseconds">;

/**
 * One run: a batch is gathered, then learned from, whole or in parts, update after update. Synchronous and deterministic:
 * the same settings give the same numbers bit for bit, however the work is cut into calls, and from a restored state as
 * from the start. With a device or environments in another process, `advanceOnDevice` takes the place of `advance`.
 */
export class Trainer {
  readonly resolved: ResolvedSettings;
  readonly clock = new PhaseClock();
  /** Updates made. */
  update = 0;
  /** Environment steps of those updates. */
  steps = 0;
  /** Episodes of those updates. */
  episode = 0;
  readonly window = new ReturnWindow();
  readonly #learner: Learner;
  readonly #gatherer: Gatherer;
  readonly #shuffleGenerator: RandomGenerator;
  readonly #targets: Targets | undefined;
  /** Whether a batch is gone through in parts, each an update of its own. */
  readonly #inParts: boolean;
  #parts: Minibatches | undefined;
  #milliseconds = 0;
  #made: MadeUpdate | undefined;
  /** The state between the last two batches, for checkpoints taken while one is gathered or gone through. */
  #boundary: Boundary;
  #lastReturn = Number.NaN;

  /** Throws UserError where the loss text is wrong. */
  constructor(resolved: ResolvedSettings, device?: DevicePolicy) {
    const { settings } = resolved;
    this.resolved = resolved;
    this.#learner = new Learner(resolved, this.clock, device);
    this.#gatherer = new Gatherer(resolved, this.backend);
    this.#shuffleGenerator = createGenerator(settings.seed, "minibatches");
    this.#targets =
      settings.targets === "" ? undefined : readTargets(settings.targets, this.backend.specification);
    this.#inParts = isInParts(settings);
    this.#boundary = this.#newBoundary();
  }

  /** Acts, and without a device also learns. */
  get backend(): KernelsBackend {
    return this.#learner.backend;
  }

  /** Learns in the backend's place. */
  get device(): DevicePolicy | undefined {
    return this.#learner.device;
  }

  /** What the next update will be made with. */
  get settings(): ChangingSettings & { readonly loss: string } {
    return { ...this.#learner.settings, loss: this.#learner.lossText };
  }

  /** The update made last, until the trainer advances; undefined before the first. */
  get made(): MadeUpdate | undefined {
    return this.#made;
  }

  /**
   * Works for at most `budget` environment steps.
   * @returns the update's summary once it is made, else undefined. Throws UserError where the policy diverged.
   */
  advance(budget: number): UpdateSummary | undefined {
    return this.collect(budget) ? this.learn() : undefined;
  }

  /** Whether a device learns or another process steps the environments: `advanceOnDevice` makes the updates then. */
  get isAsynchronous(): boolean {
    return this.device !== undefined || this.#gatherer.isRemote;
  }

  /** `advance` where it is asynchronous. Nothing may be asked or changed until the promise is settled. */
  async advanceOnDevice(budget: number): Promise<UpdateSummary | undefined> {
    // A batch that is gone through in parts is taken up from its beginning: the state there is kept, moments and all.
    if (this.#inParts && !this.#parts && !this.#gatherer.isUnderWay) await this.synchronise();
    if (!(await this.gather(budget))) return undefined;
    const { device } = this;
    if (!device) return this.learn();
    return this.#finish(await this.#learner.learnOnDevice(this.#batch(), device));
  }

  /** `collect` wherever the environments are. */
  async gather(budget: number): Promise<boolean> {
    if (!this.#gatherer.isRemote) return this.collect(budget);
    if (!this.#beginGathering()) return true;
    return this.#gathered(await this.#gatherer.gather(budget));
  }

  /** The first half of an update: true once its batch is whole. */
  collect(budget: number): boolean {
    if (!this.#beginGathering()) return true;
    return this.#gathered(this.#gatherer.collect(budget));
  }

  /** The second half: loss, gradient and step on the batch that `collect` gathered. */
  learn(): UpdateSummary {
    return this.#finish(this.#learner.learn(this.#batch()));
  }

  /** The batch that `collect` gathered, with the θ that gathered it: what `learn` will use. */
  collected(): FrozenUpdate {
    const { settingsNow: settings, lossText: loss } = this.#learner;
    const source = { batch: this.#batch(), theta: this.backend.theta(), settings, loss };
    return this.#freezable(this.update + 1, source);
  }

  /** What the update made last was made from; undefined before the first and once the next has begun. */
  lastFrozen(): FrozenUpdate | undefined {
    return this.#made && this.#freezable(this.update, this.#made);
  }

  /** Reads from the device what `state` needs. Cheap where nothing is due. */
  synchronise(): Promise<void> {
    return this.#learner.synchronise();
  }

  /** Whether `state` can be asked; always so without a device. */
  get isSynchronised(): boolean {
    return this.#learner.isSynchronised;
  }

  /**
   * Changes what the next update is made with.
   * Throws UserError where the loss or a setting is wrong; nothing changes then.
   */
  change(change: Partial<ChangingSettings> & { readonly loss?: string }): void {
    this.#learner.change(change);
  }

  /** Adds to the time that training took, which summaries and checkpoints carry. */
  addMilliseconds(milliseconds: number): void {
    this.#milliseconds += milliseconds;
  }

  /**
   * The state between two batches that the trainer stands at, or last stood at: after the last update where batches are
   * updates; what is gathered since, and the updates of a batch that is not gone through yet, are not part of it.
   */
  state(): TrainerState {
    if (!this.isSynchronised) throw new Error("synchronise comes before state");
    const isBetween = !this.#gatherer.isUnderWay && !this.#parts;
    const boundary = isBetween ? this.#newBoundary() : this.#boundary;
    return { ...this.#progress(), ...boundary, milliseconds: this.#milliseconds };
  }

  /** Goes on from a state as if it had never stopped; an episode under way is dropped. */
  restore(state: TrainerState): void {
    this.update = state.update;
    this.episode = state.episode;
    this.steps = state.steps;
    this.#milliseconds = state.milliseconds;
    this.#learner.restore(state);
    this.#gatherer.restore(state, state.episode);
    if (state.shuffleGenerator.length > 0) this.#shuffleGenerator.restore(state.shuffleGenerator);
    this.window.restore(state.returns);
    this.#lastReturn = state.returns.at(-1) ?? Number.NaN;
    this.#made = undefined;
    this.#parts = undefined;
  }

  #progress(): Progress {
    const { update, episode, steps } = this;
    return { update, episode, steps, returns: this.window.values(), ...this.#learner.state() };
  }

  #newBoundary(): Boundary {
    return {
      ...this.#gatherer.state(),
      shuffleGenerator: this.#shuffleGenerator.state(),
      ...(this.#inParts && this.#progress()),
    };
  }

  /** Whether there is something to gather: not while a batch is gone through in parts. */
  #beginGathering(): boolean {
    if (this.#parts) {
      this.#made = undefined;
      return false;
    }
    if (!this.#gatherer.isUnderWay) {
      this.#made = undefined;
      this.#boundary = this.#newBoundary();
      this.#gatherer.begin();
    }
    this.clock.begin();
    return true;
  }

  #gathered(isWhole: boolean): boolean {
    this.clock.end("act");
    if (isWhole) this.#learner.anneal(this.steps);
    if (isWhole && this.#inParts) this.#parts = this.#split();
    return isWhole;
  }

  /** Records what a batch's parts read as constants, under the θ that gathered it, and divides it. */
  #split(): Minibatches {
    const batch = this.#gatherer.batch();
    const heads = this.#learner.actedHeads(batch);
    const recorded = {
      log_pi_old: heads.logProbabilities.slice(),
      ...(heads.values && { V_recorded: heads.values.slice() }),
      ...this.#targets?.compute(this.#learner.source(batch, heads)),
    };
    return new Minibatches(batch, recorded, this.resolved.settings, this.#shuffleGenerator);
  }

  /** The batch of the next update. */
  #batch(): Batch {
    if (this.#parts) return this.#parts.next();
    const batch = this.#gatherer.batch();
    const carried = this.#learner.carriedTo(batch);
    return carried ? { ...batch, carried } : batch;
  }

  #finish(learned: Learned): UpdateSummary {
    this.#parts?.advance();
    if (this.#parts?.isDone) this.#parts = undefined;
    const summary = this.#count(learned);
    const { batch, heads, gradient } = learned;
    const { settingsNow: settings, lossText: loss, thetaBefore: theta } = this.#learner;
    this.#made = { summary, batch, heads, theta, gradient, settings, loss };
    return summary;
  }

  #count({ batch, heads, loss, gradNorm }: Learned): UpdateSummary {
    this.update++;
    if (this.#gatherer.isUnderWay) this.#countBatch();
    return {
      update: this.update,
      episode: this.episode,
      steps: this.steps,
      length: batch.steps,
      return: this.#lastReturn,
      averageReturn100: this.window.mean(),
      loss,
      gradNorm,
      entropy: mean(heads.entropies, batch.steps),
      milliseconds: this.#milliseconds,
    };
  }

  /** Steps and episodes of a batch count with its first update. */
  #countBatch(): void {
    const { returns } = this.#gatherer;
    this.#gatherer.isUnderWay = false;
    for (const value of returns) this.window.push(value);
    this.#lastReturn = returns.at(-1) ?? this.#lastReturn;
    this.steps += this.#gatherer.batch().steps;
    this.episode += returns.length;
  }

  #freezable(
    update: number,
    source: Pick<MadeUpdate, "batch" | "theta" | "settings" | "loss">,
  ): FrozenUpdate {
    const { batch, theta, loss } = source;
    const { gamma, learningRate } = source.settings;
    return { update, batch, theta, specification: this.backend.specification, gamma, learningRate, loss };
  }
}

function mean(values: Float64Array, count: number): number {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += values[index]!;
  return sum / count;
}
