import type { CompiledLoss } from "../loss/evaluate.ts";
import type { DevicePolicy } from "../policies/devicePolicy.ts";
import type { HeadAdjoints } from "../policies/heads.ts";
import { KernelsBackend } from "../policies/kernels.ts";
import { createOptimiserState, optimiserSpecification } from "../policies/optimiser.ts";
import type { Gradient, Heads, OptimiserSpecification, OptimiserState } from "../policies/policy.ts";
import { withoutFollowing } from "../policies/valueHead.ts";
import type { RunSettings } from "../protocol/views.ts";
import type { Batch, CarriedTraces } from "../rl/batch.ts";
import { createGenerator } from "../rl/randomGenerator.ts";
import { seenObservations } from "../rl/seenObservations.ts";
import { addCarried, carryOn, readTraces, type TraceProgram } from "./carriedTraces.ts";
import { compileLossText, evaluateForTraining, type PolicySource } from "./lossOnBatch.ts";
import type { PhaseClock } from "./phases.ts";
import { policyOf } from "./runPolicy.ts";
import { checkRanges, isInParts, type ResolvedSettings } from "./settings.ts";
import type { TrainerState } from "./trainerState.ts";
import { UserError } from "./userError.ts";

/** The settings that may change between two updates. */
export type ChangingSettings = Pick<RunSettings, "gamma" | "learningRate" | "optimiser">;

/** What of a run's state learning changes. */
export type LearnerState = Pick<TrainerState, "theta" | "optimiserStep" | "moments" | "carried">;

/** What loss, gradient and step gave: valid until the learner learns on. */
export interface Learned {
  readonly batch: Batch;
  readonly heads: Heads;
  readonly loss: number;
  /** What the backward pass gave; where a device made it, ‖g_t‖ alone, and an empty g. */
  readonly gradient: Gradient;
  /** ‖g‖ before clipping. */
  readonly gradNorm: number;
}

/** A loss on a batch. */
interface Evaluated extends Pick<Learned, "batch" | "heads" | "loss"> {
  /** ∂L/∂outputs [rows × O]; the rows are the steps, and those that a value head sees beyond them. */
  readonly outputs: Float64Array;
  readonly rows: number;
  readonly adjoints: HeadAdjoints;
}

/**
 * The second half of an update: heads → loss → ∂L/∂outputs → gradient → optimiser step, on the kernels or on a device.
 * With a device, heads and loss stay here, in float64 from the device's θ; gradient and step are the device's.
 */
export class Learner {
  /** Acts, and without a device also learns. */
  readonly backend: KernelsBackend;
  /** Learns in the backend's place. */
  readonly device: DevicePolicy | undefined;
  /** θ before the last step. */
  readonly thetaBefore: Float64Array;
  readonly #resolved: ResolvedSettings;
  readonly #clock: PhaseClock;
  #settings: ChangingSettings;
  #lossText: string;
  #loss: CompiledLoss;
  #specification: OptimiserSpecification;
  #optimiser: OptimiserState;
  #traces: readonly TraceProgram[] = [];
  #carried: CarriedTraces | undefined;
  /** What is left of the step sizes, 1 … 0. */
  #fraction = 1;
  /** Whether the moments here are those of the last step; on a device they may lie ahead. */
  #isSynchronised = true;

  /** Throws UserError where the loss text is wrong. */
  constructor(resolved: ResolvedSettings, clock: PhaseClock, device: DevicePolicy | undefined) {
    const { gamma, learningRate, optimiser, loss, seed } = resolved.settings;
    this.#resolved = resolved;
    this.#clock = clock;
    this.device = device;
    this.#settings = { gamma, learningRate, optimiser };
    this.#lossText = loss;
    const specification = policyOf(resolved);
    if (device && specification.dropout !== undefined) throw onKernelsOnly("Dropout is", device);
    this.#loss = compileLossText(loss, specification, isInParts(resolved.settings));
    this.#traces = this.#tracesOf(this.#loss);
    this.backend = new KernelsBackend(specification);
    this.backend.initialise(createGenerator(seed, "parameters"));
    this.thetaBefore = this.backend.theta().slice();
    this.#specification = this.#optimiserOf(this.#settings);
    this.#optimiser = createOptimiserState(optimiser, this.thetaBefore.length);
    if (device) this.#giveToDevice(device);
  }

  get settings(): ChangingSettings {
    return this.#settings;
  }

  /** What the batch at hand is learned with: `settings`, with the step size that is left of it. */
  get settingsNow(): ChangingSettings {
    return { ...this.#settings, learningRate: this.#fraction * this.#settings.learningRate };
  }

  /** Sets what is left of the step sizes for the updates of a batch that began after `steps` environment steps. */
  anneal(steps: number): void {
    const { annealSteps } = this.#resolved.settings;
    if (annealSteps === null) return;
    this.#fraction = Math.max(0, 1 - steps / annealSteps);
    this.#specification = this.#optimiserOf(this.#settings);
  }

  get lossText(): string {
    return this.#lossText;
  }

  /** What the steps before a batch left in the eligibility traces; nothing where it begins an episode. */
  carriedTo(batch: Batch): CarriedTraces | undefined {
    return batch.time[0] === 0 ? undefined : this.#carried;
  }

  /** What a loss reads of a batch. */
  source(batch: Batch, heads: Heads): PolicySource {
    const { gamma, learningRate } = this.settingsNow;
    return { batch, heads, specification: this.backend.specification, gamma, learningRate };
  }

  /** The heads of a batch whose steps acted just now, with V of the final observations after them. */
  actedHeads(batch: Batch): Heads {
    const { backend } = this;
    if (backend.specification.value !== undefined) {
      const seen = seenObservations(batch);
      const rows = seen.length / batch.observationSize;
      for (let row = batch.steps; row < rows; row++) backend.act(seen, row);
    }
    return backend.heads(batch.actions, batch.steps, batch);
  }

  /** Loss, gradient and step on a batch. Throws an Error where a device learns. */
  learn(batch: Batch): Learned {
    if (this.device) throw new Error("with a device, advanceOnDevice makes the updates");
    const evaluated = this.#evaluate(batch);
    const gradient = this.backend.backward(evaluated.outputs, evaluated.rows);
    addCarried(batch.carried, evaluated.adjoints, (trace, weight) =>
      this.backend.addToGradient(trace, weight),
    );
    this.#clock.end("backward");
    this.thetaBefore.set(this.backend.theta());
    const gradNorm = this.backend.apply(this.#specification, this.#optimiser, this.#clipNorm);
    this.#clock.end("optimiser");
    const { heads, loss } = evaluated;
    return { batch, heads, loss, gradient, gradNorm };
  }

  /** The device computes its own activations, but heads and loss follow from what acted: the very π that was drawn from. */
  async learnOnDevice(batch: Batch, device: DevicePolicy): Promise<Learned> {
    this.#clock.begin();
    const seen = seenObservations(batch);
    device.forward(seen, seen.length / batch.observationSize);
    this.#clock.end("forward");
    const { heads, loss, outputs } = this.#evaluate(batch);
    device.backward(outputs);
    this.#clock.end("backward");
    device.step(this.#specification, this.#optimiser.step + 1, this.#clipNorm);
    const { theta, stepNorms, gradientNorm } = await device.figures();
    this.thetaBefore.set(this.backend.theta());
    this.backend.setTheta(theta);
    this.#optimiser.step += 1;
    this.#isSynchronised = false;
    this.#clock.end("optimiser");
    const gradient = { gradient: new Float64Array(0), stepNorms };
    return { batch, heads, loss, gradient, gradNorm: gradientNorm };
  }

  /** Whether `state` can be asked; always so without a device. */
  get isSynchronised(): boolean {
    return this.#isSynchronised;
  }

  /** Reads from the device what `state` needs. Cheap where nothing is due. */
  async synchronise(): Promise<void> {
    if (this.#isSynchronised || !this.device) return;
    const moments = await this.device.moments();
    this.#optimiser = { step: this.#optimiser.step, moments };
    this.#isSynchronised = true;
  }

  /** Throws UserError where the loss or a setting is wrong; nothing changes then. */
  change(change: Partial<ChangingSettings> & { readonly loss?: string }): void {
    const { loss, ...settings } = change;
    const changed = { ...this.#settings, ...settings };
    checkRanges({ ...this.#resolved.settings, ...changed });
    if (loss !== undefined && loss !== this.#lossText) {
      const inParts = isInParts(this.#resolved.settings);
      const compiled = compileLossText(loss, this.backend.specification, inParts);
      this.#traces = this.#tracesOf(compiled);
      this.#loss = compiled;
      this.#lossText = loss;
    }
    this.#specification = this.#optimiserOf(changed);
    if (changed.optimiser !== this.#settings.optimiser) {
      this.#optimiser = createOptimiserState(changed.optimiser, this.thetaBefore.length);
      this.#isSynchronised = true;
      this.device?.setMoments(this.#optimiser.moments);
    }
    this.#settings = changed;
  }

  /** A copy. Throws an Error where `synchronise` is due. */
  state(): LearnerState {
    if (!this.#isSynchronised) throw new Error("synchronise comes before state");
    return {
      theta: this.backend.theta().slice(),
      optimiserStep: this.#optimiser.step,
      moments: this.#optimiser.moments.map((moment) => moment.slice()),
      ...(this.#carried && { carried: this.#carried }),
    };
  }

  restore(state: LearnerState): void {
    this.backend.setTheta(state.theta);
    this.#carried = state.carried;
    this.#optimiser = { step: state.optimiserStep, moments: state.moments.map((moment) => moment.slice()) };
    if (this.device) this.#giveToDevice(this.device);
  }

  #evaluate(batch: Batch): Evaluated {
    this.#clock.begin();
    const heads = this.#headsOf(batch);
    this.#clock.end("forward");
    const source = this.source(batch, heads);
    if (this.#traces.length > 0) this.#carried = carryOn(this.#traces, source, this.backend);
    const { value: loss, gradient, heads: adjoints } = evaluateForTraining(this.#loss, source);
    this.#clock.end("loss");
    return { batch, heads, loss, adjoints, outputs: gradient.outputs, rows: gradient.rows };
  }

  /** Throws UserError where a loss carries traces and updates are not made at every step, or not on the kernels. */
  #tracesOf(loss: CompiledLoss): readonly TraceProgram[] {
    const traces = readTraces(loss, policyOf(this.#resolved));
    const { settings, algorithm } = this.#resolved;
    if (traces.length === 0) return traces;
    if (algorithm.timing !== "steps" || settings.environments * settings.batch !== 1) {
      throw new UserError(
        "wrong_loss",
        `${traces[0]!.name} is carried from step to step: such a loss makes an update at every step of one environment.`,
        "Take the algorithm actor-critic-traces, with --environments 1 and --batch 1.",
      );
    }
    if (this.device) throw onKernelsOnly("Eligibility traces are", this.device);
    return traces;
  }

  /** A part of a larger batch is seen under other parameters than acted, and its steps do not follow each other. */
  #headsOf(batch: Batch): Heads {
    if (batch.rows === undefined) return this.actedHeads(batch);
    const heads = this.backend.forward(batch.observations, batch.actions, batch.steps, batch);
    return withoutFollowing(heads);
  }

  get #clipNorm(): number | undefined {
    return this.#resolved.settings.clipNorm ?? undefined;
  }

  #optimiserOf({ optimiser, learningRate }: ChangingSettings): OptimiserSpecification {
    const { valueLearningRate, adamEpsilon } = this.#resolved.settings;
    const fraction = this.#fraction;
    const valueRate = valueLearningRate === null ? undefined : fraction * valueLearningRate;
    return optimiserSpecification(optimiser, fraction * learningRate, valueRate, adamEpsilon);
  }

  /** Hands θ and moments to the device; θ here becomes what a float32 holds, so that both have the same. */
  #giveToDevice(device: DevicePolicy): void {
    this.backend.setTheta(this.backend.theta().map(Math.fround));
    device.setTheta(this.backend.theta());
    device.setMoments(this.#optimiser.moments);
    this.#isSynchronised = true;
  }
}

function onKernelsOnly(what: string, device: DevicePolicy): UserError {
  return new UserError(
    "wrong_backend",
    `${what} computed on kernels, not on ${device.name}.`,
    "Choose the backend kernels.",
  );
}
