import type { CompiledLoss } from "../loss/evaluate.ts";
import type { DevicePolicy } from "../policies/devicePolicy.ts";
import { KernelsBackend } from "../policies/kernels.ts";
import { createOptimiserState, optimiserSpecification } from "../policies/optimiser.ts";
import type { Gradient, Heads, OptimiserSpecification, OptimiserState } from "../policies/policy.ts";
import type { RunSettings } from "../protocol/views.ts";
import type { Batch } from "../rl/batch.ts";
import { createGenerator, type RandomGenerator } from "../rl/randomGenerator.ts";
import { seenObservations } from "../rl/seenObservations.ts";
import type { UpdateSummary } from "../runs/summary.ts";
import type { Act, Collector } from "./collector.ts";
import type { FrozenUpdate } from "./frozenUpdate.ts";
import { GymCollector } from "./gym/gymCollector.ts";
import type { RemoteEnvironments } from "./gym/remote.ts";
import { compileLossText, evaluateForTraining } from "./lossOnBatch.ts";
import { Minibatches } from "./minibatches.ts";
import { PhaseClock } from "./phases.ts";
import { ReturnWindow } from "./returnWindow.ts";
import { Rollout } from "./rollout.ts";
import { policyOf } from "./runPolicy.ts";
import { checkRanges, isInParts, type ResolvedSettings } from "./settings.ts";
import { SteppedRollout } from "./steppedRollout.ts";
import { readTargets, type Targets } from "./targets.ts";

/** The settings that may change between two updates. */
export type ChangingSettings = Pick<RunSettings, "gamma" | "learningRate" | "optimiser">;

/** What an update did, whole: valid until the trainer advances. */
export interface MadeUpdate {
  readonly summary: UpdateSummary;
  readonly batch: Batch;
  readonly heads: Heads;
  /** θ before the step. */
  readonly theta: Float64Array;
  /** What the backward pass gave; where a device made it, ‖g_t‖ alone, and an empty g. */
  readonly gradient: Gradient;
  readonly settings: ChangingSettings;
  readonly loss: string;
}

/** Everything of a run that its next update depends on. */
export interface TrainerState {
  readonly update: number;
  readonly episode: number;
  readonly steps: number;
  readonly milliseconds: number;
  readonly theta: Float64Array;
  readonly optimiserStep: number;
  readonly moments: readonly Float64Array[];
  readonly environmentGenerator: readonly number[];
  readonly actionGenerator: readonly number[];
  /** Returns of the last 100 episodes. */
  readonly returns: Float64Array;
  /** Where episodes stand between two batches of steps; empty where batches are whole episodes. */
  readonly environments: Float64Array;
  /** Of the generator that shuffles minibatches; empty in checkpoints of earlier versions. */
  readonly shuffleGenerator: readonly number[];
}

/** What the learning half of an update starts from. */
interface Prepared {
  readonly batch: Batch;
  readonly heads: Heads;
  readonly loss: number;
  /** ∂L/∂outputs [rows × O]; the rows are the steps, and those that a value head sees beyond them. */
  readonly outputs: Float64Array;
  readonly rows: number;
}

/**
 * One run: rollout → heads → loss → ∂L/∂logits → gradient → optimiser step, update after update.
 * Synchronous and deterministic: the same settings give the same numbers bit for bit, however the
 * work is cut into calls, and from a restored state as from the start.
 *
 * With a device, acting, heads and loss stay here, in float64 from the device's θ; gradient and step are the device's, and
 * `advanceOnDevice` takes the place of `advance`. One step at a time, the kernels act faster than any device answers.
 */
export class Trainer {
  readonly resolved: ResolvedSettings;
  /** Acts, and without a device also learns. */
  readonly backend: KernelsBackend;
  /** Learns in the backend's place. */
  readonly device: DevicePolicy | undefined;
  readonly clock = new PhaseClock();
  /** Updates made. */
  update = 0;
  /** Environment steps of those updates. */
  steps = 0;
  /** Episodes of those updates. */
  episode = 0;
  readonly window = new ReturnWindow();
  readonly #environmentGenerator: RandomGenerator;
  readonly #actionGenerator: RandomGenerator;
  readonly #shuffleGenerator: RandomGenerator;
  readonly #rollout: Collector | GymCollector;
  readonly #targets: Targets | undefined;
  /** Whether a batch is gone through in parts, each an update of its own. */
  readonly #inParts: boolean;
  #parts: Minibatches | undefined;
  readonly #thetaBefore: Float64Array;
  #settings: ChangingSettings;
  #lossText: string;
  #loss: CompiledLoss;
  #specification: OptimiserSpecification;
  #optimiser: OptimiserState;
  #milliseconds = 0;
  #made: MadeUpdate | undefined;
  #isCollecting = false;
  /** Whether the moments here are those of the last update; on a device they may lie ahead. */
  #isSynchronised = true;
  /** The state between the last two batches, for checkpoints taken while one is gathered or gone through. */
  #boundary: Boundary;
  #lastReturn = Number.NaN;

  /** Throws UserError where the loss text is wrong. */
  constructor(resolved: ResolvedSettings, device?: DevicePolicy) {
    const { settings } = resolved;
    this.resolved = resolved;
    this.device = device;
    this.#settings = {
      gamma: settings.gamma,
      learningRate: settings.learningRate,
      optimiser: settings.optimiser,
    };
    this.#lossText = settings.loss;
    this.#environmentGenerator = createGenerator(settings.seed, "environment");
    this.#actionGenerator = createGenerator(settings.seed, "actions");
    this.#shuffleGenerator = createGenerator(settings.seed, "minibatches");
    const specification = policyOf(resolved);
    this.#targets = settings.targets === "" ? undefined : readTargets(settings.targets, specification);
    this.#inParts = isInParts(settings);
    this.#loss = compileLossText(settings.loss, specification, this.#inParts);
    this.backend = new KernelsBackend(specification);
    this.backend.initialise(createGenerator(settings.seed, "parameters"));
    this.#rollout = this.#createCollector();
    this.#thetaBefore = this.backend.theta().slice();
    this.#specification = this.#optimiserOf(this.#settings);
    this.#optimiser = createOptimiserState(settings.optimiser, this.#thetaBefore.length);
    if (device) this.#giveToDevice(device);
    this.#boundary = this.#boundaryStates();
  }

  /** What the next update will be made with. */
  get settings(): ChangingSettings & { readonly loss: string } {
    return { ...this.#settings, loss: this.#lossText };
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
    return this.device !== undefined || this.resolved.remote !== undefined;
  }

  /** `advance` where it is asynchronous. Nothing may be asked or changed until the promise is settled. */
  async advanceOnDevice(budget: number): Promise<UpdateSummary | undefined> {
    // A batch that is gone through in parts is taken up from its beginning: the state there is kept, moments and all.
    if (this.device && this.#inParts && !this.#parts && !this.#isCollecting) await this.synchronise();
    if (!(await this.gather(budget))) return undefined;
    return this.device ? await this.#learnOnDevice() : this.learn();
  }

  /** `collect` wherever the environments are. */
  async gather(budget: number): Promise<boolean> {
    const rollout = this.#rollout;
    if (!(rollout instanceof GymCollector)) return this.collect(budget);
    if (this.#isGoingThroughParts()) return true;
    this.#beginCollecting();
    this.clock.begin();
    return this.#gathered(await rollout.gather(this.resolved.settings.batch, this.#act, budget));
  }

  /** The first half of an update: true once its batch is whole. */
  collect(budget: number): boolean {
    if (this.#isGoingThroughParts()) return true;
    this.#beginCollecting();
    this.clock.begin();
    return this.#gathered(this.#rollout.collect(this.resolved.settings.batch, this.#act, budget));
  }

  #isGoingThroughParts(): boolean {
    if (!this.#parts) return false;
    this.#made = undefined;
    return true;
  }

  #beginCollecting(): void {
    if (this.#isCollecting) return;
    this.#made = undefined;
    this.#boundary = this.#boundaryStates();
    this.#rollout.clear();
    this.#isCollecting = true;
  }

  #gathered(isWhole: boolean): boolean {
    this.clock.end("act");
    if (isWhole && this.#inParts) this.#parts = this.#split();
    return isWhole;
  }

  /** Records what a batch's parts read as constants, under the θ that gathered it, and divides it. */
  #split(): Minibatches {
    const batch = this.#rollout.batch();
    const { specification } = this.backend;
    const heads = this.#actedHeads(batch);
    const source = { batch, heads, specification, ...this.#settings };
    const recorded = {
      log_pi_old: heads.logProbabilities.slice(),
      ...(heads.values && { V_recorded: heads.values.slice() }),
      ...this.#targets?.compute(source),
    };
    return new Minibatches(batch, recorded, this.resolved.settings, this.#shuffleGenerator);
  }

  /** The heads of what acted, with V of the final observations after them. */
  #actedHeads(batch: Batch): Heads {
    const seen = seenObservations(batch);
    const rows = seen.length / batch.observationSize;
    if (this.backend.specification.value !== undefined) {
      for (let row = batch.steps; row < rows; row++) this.backend.act(seen, row);
    }
    return this.backend.heads(batch.actions, batch.steps, batch);
  }

  /** The batch of the next update. */
  #batch(): Batch {
    return this.#parts ? this.#parts.next() : this.#rollout.batch();
  }

  #headsOf(batch: Batch): Heads {
    if (batch.rows === undefined) return this.#actedHeads(batch);
    const heads = this.backend.forward(batch.observations, batch.actions, batch.steps, batch);
    return { ...heads, nextValues: undefined };
  }

  #gymCollector(remote: RemoteEnvironments): GymCollector {
    const { environment, algorithm } = this.resolved;
    return new GymCollector(environment, remote, this.#environmentGenerator, algorithm.timing, (seen, row) =>
      this.backend.act(seen, row),
    );
  }

  /** The batch that `collect` gathered, with the θ that gathered it: what `learn` will use. */
  collected(): FrozenUpdate {
    const source = {
      batch: this.#batch(),
      theta: this.backend.theta(),
      settings: this.#settings,
      loss: this.#lossText,
    };
    return this.#freezable(this.update + 1, source);
  }

  /** The second half: loss, gradient and step on the batch that `collect` gathered. */
  learn(): UpdateSummary {
    if (this.device) throw new Error("with a device, advanceOnDevice makes the updates");
    const { backend, clock } = this;
    const prepared = this.#prepare();
    const gradient = backend.backward(prepared.outputs, prepared.rows);
    clock.end("backward");
    this.#thetaBefore.set(backend.theta());
    const gradNorm = backend.apply(this.#specification, this.#optimiser, this.#clipNorm);
    clock.end("optimiser");
    return this.#finish(prepared, gradient, gradNorm);
  }

  /** The device computes its own activations, but heads and loss follow from what acted: the very π that was drawn from. */
  async #learnOnDevice(): Promise<UpdateSummary> {
    const { backend, clock } = this;
    const device = this.device as DevicePolicy;
    clock.begin();
    const seen = seenObservations(this.#batch());
    device.forward(seen, seen.length / backend.specification.observationSize);
    clock.end("forward");
    const prepared = this.#prepare();
    device.backward(prepared.outputs);
    clock.end("backward");
    device.step(this.#specification, this.#optimiser.step + 1, this.#clipNorm);
    const { theta, stepNorms, gradientNorm } = await device.figures();
    this.#thetaBefore.set(backend.theta());
    backend.setTheta(theta);
    this.#optimiser.step += 1;
    this.#isSynchronised = false;
    clock.end("optimiser");
    return this.#finish(prepared, { gradient: new Float64Array(0), stepNorms }, gradientNorm);
  }

  /** Reads from the device what `state` needs. Cheap where nothing is due. */
  async synchronise(): Promise<void> {
    if (this.#isSynchronised || !this.device) return;
    const moments = await this.device.moments();
    this.#optimiser = { step: this.#optimiser.step, moments };
    this.#isSynchronised = true;
  }

  /** Whether `state` can be asked; always so without a device. */
  get isSynchronised(): boolean {
    return this.#isSynchronised;
  }

  #prepare(): Prepared {
    const batch = this.#batch();
    this.clock.begin();
    const heads = this.#headsOf(batch);
    this.clock.end("forward");
    const { specification } = this.backend;
    const source = { batch, heads, specification, ...this.#settings };
    const { value: loss, gradient } = evaluateForTraining(this.#loss, source);
    this.clock.end("loss");
    return { batch, heads, loss, outputs: gradient.outputs, rows: gradient.rows };
  }

  #finish({ batch, heads, loss }: Prepared, gradient: Gradient, gradNorm: number): UpdateSummary {
    this.#parts?.advance();
    const isFirst = this.#isCollecting;
    this.#isCollecting = false;
    if (this.#parts?.isDone) this.#parts = undefined;
    const summary = this.#count(batch, heads, loss, gradNorm, isFirst);
    this.#made = {
      summary,
      batch,
      heads,
      theta: this.#thetaBefore,
      gradient,
      settings: this.#settings,
      loss: this.#lossText,
    };
    return summary;
  }

  get #clipNorm(): number | undefined {
    return this.resolved.settings.clipNorm ?? undefined;
  }

  /** Hands θ and moments to the device; θ here becomes what a float32 holds, so that both have the same. */
  #giveToDevice(device: DevicePolicy): void {
    this.backend.setTheta(this.backend.theta().map(Math.fround));
    device.setTheta(this.backend.theta());
    device.setMoments(this.#optimiser.moments);
    this.#isSynchronised = true;
  }

  /** What the update made last was made from; undefined before the first and once the next has begun. */
  lastFrozen(): FrozenUpdate | undefined {
    return this.#made && this.#freezable(this.update, this.#made);
  }

  /**
   * Changes what the next update is made with.
   * Throws UserError where the loss or a setting is wrong; nothing changes then.
   */
  change(change: Partial<ChangingSettings> & { readonly loss?: string }): void {
    const { loss, ...settings } = change;
    const changed = { ...this.#settings, ...settings };
    checkRanges({ ...this.resolved.settings, ...changed });
    if (loss !== undefined && loss !== this.#lossText) {
      this.#loss = compileLossText(loss, this.backend.specification, this.#inParts);
      this.#lossText = loss;
    }
    this.#specification = this.#optimiserOf(changed);
    if (changed.optimiser !== this.#settings.optimiser) {
      this.#optimiser = createOptimiserState(changed.optimiser, this.#thetaBefore.length);
      this.#isSynchronised = true;
      this.device?.setMoments(this.#optimiser.moments);
    }
    this.#settings = changed;
  }

  /**
   * The state between two batches that the trainer stands at, or last stood at: after the last update where batches are
   * updates; what is gathered since, and the updates of a batch that is not gone through yet, are not part of it.
   */
  state(): TrainerState {
    if (!this.#isSynchronised) throw new Error("synchronise comes before state");
    if (this.#boundary.learner && (this.#isCollecting || this.#parts)) {
      const { learner, ...rest } = this.#boundary;
      return { ...learner, ...rest, milliseconds: this.#milliseconds };
    }
    return {
      ...this.#learnerState(),
      milliseconds: this.#milliseconds,
      ...(this.#isCollecting ? this.#boundary : this.#boundaryStates()),
    };
  }

  #learnerState(): LearnerState {
    return {
      update: this.update,
      episode: this.episode,
      steps: this.steps,
      theta: this.backend.theta().slice(),
      optimiserStep: this.#optimiser.step,
      moments: this.#optimiser.moments.map((moment) => moment.slice()),
      returns: this.window.values(),
    };
  }

  /** Goes on from a state as if it had never stopped; an episode under way is dropped. */
  restore(state: TrainerState): void {
    this.update = state.update;
    this.episode = state.episode;
    this.steps = state.steps;
    this.#milliseconds = state.milliseconds;
    this.backend.setTheta(state.theta);
    this.#optimiser = { step: state.optimiserStep, moments: state.moments.map((moment) => moment.slice()) };
    this.#rollout.restore(state.environments, state.episode);
    this.#environmentGenerator.restore(state.environmentGenerator);
    this.#actionGenerator.restore(state.actionGenerator);
    if (state.shuffleGenerator.length > 0) this.#shuffleGenerator.restore(state.shuffleGenerator);
    this.window.restore(state.returns);
    this.#lastReturn = state.returns.at(-1) ?? Number.NaN;
    this.#made = undefined;
    this.#parts = undefined;
    this.#isCollecting = false;
    if (this.device) this.#giveToDevice(this.device);
  }

  /** Adds to the time that training took, which summaries and checkpoints carry. */
  addMilliseconds(milliseconds: number): void {
    this.#milliseconds += milliseconds;
  }

  readonly #act: Act = (observations, row, actions) => {
    this.backend.act(observations, row);
    return this.backend.sample(row, this.#actionGenerator, actions);
  };

  /** Steps and episodes of a batch count with its first update. */
  #count(batch: Batch, heads: Heads, loss: number, gradNorm: number, isFirst: boolean): UpdateSummary {
    this.update++;
    if (isFirst) this.#countBatch();
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

  #countBatch(): void {
    const { returns } = this.#rollout;
    for (const value of returns) this.window.push(value);
    this.#lastReturn = returns.at(-1) ?? this.#lastReturn;
    this.steps += this.#rollout.batch().steps;
    this.episode += returns.length;
  }

  #createCollector(): Collector | GymCollector {
    const { settings, environment, algorithm } = this.resolved;
    const generator = this.#environmentGenerator;
    if (this.resolved.remote) return this.#gymCollector(this.resolved.remote);
    if (algorithm.timing === "steps")
      return new SteppedRollout(environment, generator, settings.environments);
    const doublesPerStep = settings.hidden.reduce((sum, size) => sum + 2 * size, 32);
    return new Rollout(environment, generator, 8 * doublesPerStep, settings.value !== "none");
  }

  #optimiserOf({ optimiser, learningRate }: ChangingSettings): OptimiserSpecification {
    const { valueLearningRate } = this.resolved.settings;
    return optimiserSpecification(optimiser, learningRate, valueLearningRate ?? undefined);
  }

  #freezable(
    update: number,
    source: Pick<MadeUpdate, "batch" | "theta" | "settings" | "loss">,
  ): FrozenUpdate {
    const { batch, theta, loss } = source;
    const { gamma, learningRate } = source.settings;
    return { update, batch, theta, specification: this.backend.specification, gamma, learningRate, loss };
  }

  /** A batch that several updates go through needs the learner's state too, to be gone through again. */
  #boundaryStates(): Boundary {
    return {
      environmentGenerator: this.#environmentGenerator.state(),
      actionGenerator: this.#actionGenerator.state(),
      shuffleGenerator: this.#shuffleGenerator.state(),
      environments: this.#rollout.state(),
      ...(this.#inParts && { learner: this.#learnerState() }),
    };
  }
}

type LearnerState = Pick<
  TrainerState,
  "update" | "episode" | "steps" | "theta" | "optimiserStep" | "moments" | "returns"
>;

interface Boundary
  extends Pick<
    TrainerState,
    "environmentGenerator" | "actionGenerator" | "shuffleGenerator" | "environments"
  > {
  readonly learner?: LearnerState;
}

function mean(values: Float64Array, count: number): number {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += values[index]!;
  return sum / count;
}
