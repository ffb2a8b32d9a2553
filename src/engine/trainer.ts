import type { CompiledLoss } from "../loss/evaluate.ts";
import type { DevicePolicy } from "../policies/devicePolicy.ts";
import { KernelsBackend } from "../policies/kernels.ts";
import { createOptimiserState, optimiserSpecification } from "../policies/optimiser.ts";
import type { Gradient, Heads, OptimiserSpecification, OptimiserState } from "../policies/policy.ts";
import type { RunSettings } from "../protocol/views.ts";
import type { Batch } from "../rl/batch.ts";
import { createGenerator, type RandomGenerator } from "../rl/randomGenerator.ts";
import type { UpdateSummary } from "../runs/summary.ts";
import type { FrozenUpdate } from "./frozenUpdate.ts";
import { GymCollector } from "./gym/gymCollector.ts";
import type { RemoteEnvironments } from "./gym/remote.ts";
import { compileLossText, evaluateForTraining } from "./lossOnBatch.ts";
import { PhaseClock } from "./phases.ts";
import { ReturnWindow } from "./returnWindow.ts";
import { type Act, Rollout } from "./rollout.ts";
import { policyOf } from "./runPolicy.ts";
import { checkRanges, type ResolvedSettings } from "./settings.ts";

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
  readonly #rollout: Rollout | GymCollector;
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
  /** The generators' states at the last boundary between updates, for checkpoints taken in mid-episode. */
  #boundary: Pick<TrainerState, "environmentGenerator" | "actionGenerator">;

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
    this.#boundary = this.#generatorStates();
    const specification = policyOf(resolved);
    this.#loss = compileLossText(settings.loss, specification);
    this.backend = new KernelsBackend(specification);
    this.backend.initialise(createGenerator(settings.seed, "parameters"));
    const doublesPerStep = settings.hidden.reduce((sum, size) => sum + 2 * size, 32);
    this.#rollout = resolved.remote
      ? this.#gymCollector(resolved.remote)
      : new Rollout(resolved.environment, this.#environmentGenerator, 8 * doublesPerStep);
    this.#thetaBefore = this.backend.theta().slice();
    this.#specification = optimiserSpecification(settings.optimiser, settings.learningRate);
    this.#optimiser = createOptimiserState(settings.optimiser, this.#thetaBefore.length);
    if (device) this.#giveToDevice(device);
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
    if (!(await this.gather(budget))) return undefined;
    return this.device ? await this.#learnOnDevice() : this.learn();
  }

  /** `collect` wherever the environments are. */
  async gather(budget: number): Promise<boolean> {
    const rollout = this.#rollout;
    if (rollout instanceof Rollout) return this.collect(budget);
    this.#beginCollecting();
    this.clock.begin();
    const isWhole = await rollout.gather(this.resolved.settings.batch, this.#act, budget);
    this.clock.end("act");
    return isWhole;
  }

  /** The first half of an update: true once its batch is whole. */
  collect(budget: number): boolean {
    this.#beginCollecting();
    this.clock.begin();
    const isWhole = this.#rollout.collect(this.resolved.algorithm.episodesPerUpdate, this.#act, budget);
    this.clock.end("act");
    return isWhole;
  }

  #beginCollecting(): void {
    if (this.#isCollecting) return;
    this.#made = undefined;
    this.#boundary = this.#generatorStates();
    this.#rollout.clear();
    this.#isCollecting = true;
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
      batch: this.#rollout.batch(),
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
    const seen = seenObservations(this.#rollout.batch());
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
    const batch = this.#rollout.batch();
    this.clock.begin();
    const heads = this.backend.heads(batch.actions, batch.steps);
    this.clock.end("forward");
    const { specification } = this.backend;
    const source = { batch, heads, specification, ...this.#settings };
    const { value: loss, gradient } = evaluateForTraining(this.#loss, source);
    this.clock.end("loss");
    return { batch, heads, loss, outputs: gradient.outputs, rows: gradient.rows };
  }

  #finish({ batch, heads, loss }: Prepared, gradient: Gradient, gradNorm: number): UpdateSummary {
    this.#isCollecting = false;
    const summary = this.#count(batch, heads, loss, gradNorm);
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
      this.#loss = compileLossText(loss, this.backend.specification);
      this.#lossText = loss;
    }
    this.#specification = optimiserSpecification(changed.optimiser, changed.learningRate);
    if (changed.optimiser !== this.#settings.optimiser) {
      this.#optimiser = createOptimiserState(changed.optimiser, this.#thetaBefore.length);
      this.#isSynchronised = true;
      this.device?.setMoments(this.#optimiser.moments);
    }
    this.#settings = changed;
  }

  /** The state after the last whole update; an episode under way is not part of it. */
  state(): TrainerState {
    if (!this.#isSynchronised) throw new Error("synchronise comes before state");
    return {
      update: this.update,
      episode: this.episode,
      steps: this.steps,
      milliseconds: this.#milliseconds,
      theta: this.backend.theta().slice(),
      optimiserStep: this.#optimiser.step,
      moments: this.#optimiser.moments.map((moment) => moment.slice()),
      ...(this.#isCollecting ? this.#boundary : this.#generatorStates()),
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
    this.#environmentGenerator.restore(state.environmentGenerator);
    this.#actionGenerator.restore(state.actionGenerator);
    this.window.restore(state.returns);
    this.#rollout.restart(state.episode);
    this.#made = undefined;
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

  #count(batch: Batch, heads: Heads, loss: number, gradNorm: number): UpdateSummary {
    const { returns } = this.#rollout;
    for (const value of returns) this.window.push(value);
    this.update++;
    this.steps += batch.steps;
    this.episode += returns.length;
    return {
      update: this.update,
      episode: this.episode,
      steps: this.steps,
      length: batch.steps,
      return: returns.at(-1) ?? Number.NaN,
      averageReturn100: this.window.mean(),
      loss,
      gradNorm,
      entropy: mean(heads.entropies, batch.steps),
      milliseconds: this.#milliseconds,
    };
  }

  #freezable(
    update: number,
    source: Pick<MadeUpdate, "batch" | "theta" | "settings" | "loss">,
  ): FrozenUpdate {
    const { batch, theta, loss } = source;
    const { gamma, learningRate } = source.settings;
    return { update, batch, theta, specification: this.backend.specification, gamma, learningRate, loss };
  }

  #generatorStates(): Pick<TrainerState, "environmentGenerator" | "actionGenerator"> {
    return {
      environmentGenerator: this.#environmentGenerator.state(),
      actionGenerator: this.#actionGenerator.state(),
    };
  }
}

/** The observations of every row that the policy sees: of the steps, then those at which a value head looks beyond a cut. */
function seenObservations({ observations, finalObservations }: Batch): Float64Array {
  if (!finalObservations?.length) return observations;
  const seen = new Float64Array(observations.length + finalObservations.length);
  seen.set(observations);
  seen.set(finalObservations, observations.length);
  return seen;
}

function mean(values: Float64Array, count: number): number {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += values[index]!;
  return sum / count;
}
