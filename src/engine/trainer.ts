import type { AlgorithmRecord } from "../algorithms/algorithm.ts";
import type { EnvironmentRecord } from "../environments/environment.ts";
import type { CompiledLoss } from "../loss/evaluate.ts";
import { headGradient } from "../policies/heads.ts";
import { KernelsBackend } from "../policies/kernels.ts";
import { createOptimiserState } from "../policies/optimiser.ts";
import type { Gradient, Heads, OptimiserSpecification, OptimiserState } from "../policies/policy.ts";
import type { RunSettings } from "../protocol/views.ts";
import type { Batch } from "../rl/batch.ts";
import { sampleCategorical } from "../rl/categorical.ts";
import { createGenerator, type RandomGenerator } from "../rl/randomGenerator.ts";
import type { UpdateSummary } from "../runs/summary.ts";
import { compileTrainingLoss } from "./compileTrainingLoss.ts";
import { lossInputs } from "./lossInputs.ts";
import { ReturnWindow } from "./returnWindow.ts";
import { Rollout } from "./rollout.ts";
import type { ResolvedSettings } from "./settings.ts";

/** The settings that may change between two updates. */
export type ChangingSettings = Pick<RunSettings, "gamma" | "learningRate" | "optimiser">;

/** What an update did, whole: valid until the trainer advances. */
export interface MadeUpdate {
  readonly summary: UpdateSummary;
  readonly batch: Batch;
  readonly heads: Heads;
  /** θ before the step. */
  readonly theta: Float64Array;
  readonly gradient: Gradient;
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
  readonly returns: Float64Array;
}

/**
 * One run: rollout → heads → loss → ∂L/∂heads → gradient → optimiser step, update after update.
 * Synchronous and deterministic: the same settings give the same numbers bit for bit, however the
 * work is cut into calls, and from a restored state as from the start.
 */
export class Trainer {
  readonly resolved: ResolvedSettings;
  readonly backend: KernelsBackend;
  /** The run so far, in whole updates. */
  update = 0;
  steps = 0;
  readonly window = new ReturnWindow();
  readonly #environmentGenerator: RandomGenerator;
  readonly #actionGenerator: RandomGenerator;
  readonly #rollout: Rollout;
  readonly #thetaBefore: Float64Array;
  #heads: HeadColumns;
  #settings: ChangingSettings;
  #loss: CompiledLoss;
  #optimiser: OptimiserState;
  #milliseconds = 0;
  #made: MadeUpdate | undefined;

  constructor(resolved: ResolvedSettings) {
    const { settings } = resolved;
    const observationSize = resolved.environment.create().observationSpace.low.length;
    const actionCount = resolved.environment.create().actionSpace.n;
    this.resolved = resolved;
    this.#settings = settings;
    this.#loss = compileTrainingLoss(settings.loss);
    this.backend = new KernelsBackend({
      observationSize,
      actionCount,
      hidden: settings.hidden,
      activation: settings.activation,
      bias: settings.bias,
    });
    this.backend.initialise(createGenerator(settings.seed, "parameters"));
    this.#environmentGenerator = createGenerator(settings.seed, "environment");
    this.#actionGenerator = createGenerator(settings.seed, "actions");
    const width = settings.hidden.reduce((sum, size) => sum + size, observationSize + 3 * actionCount + 8);
    this.#rollout = new Rollout(resolved.environment, this.#environmentGenerator, 8 * width);
    this.#optimiser = createOptimiserState(settings.optimiser, this.backend.theta().length);
    this.#thetaBefore = new Float64Array(this.backend.theta().length);
    this.#heads = new HeadColumns(512, actionCount);
  }

  get settings(): ChangingSettings & { readonly loss: string } {
    return { ...this.#settings, loss: this.#lossText };
  }

  get episode(): number {
    return this.#rollout.episode;
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

  /** The first half of an update: true once its batch is whole. */
  collect(budget: number): boolean {
    if (this.#made) {
      this.#made = undefined;
      this.#rollout.clear();
    }
    return this.#rollout.collect(this.resolved.algorithm.episodesPerUpdate, this.#act, budget);
  }

  /** The batch that `collect` gathered, with the θ that gathered it: what the next `learn` will use. */
  frozen(): FrozenUpdate {
    return {
      update: this.update + 1,
      batch: this.#rollout.batch(),
      theta: this.backend.theta(),
      specification: this.backend.specification,
      ...this.settings,
    };
  }

  /** The second half: loss, gradient and step on the batch that `collect` gathered. */
  learn(): UpdateSummary {
    const started = performance.now();
    const batch = this.#rollout.batch();
    const heads = this.backend.heads(batch.actions, batch.steps);
    const evaluation = evaluateTrainingLoss(this.#loss, { batch, heads, ...this.#settings });
    const gradient = this.backend.backward(headGradient(evaluation, batch, heads), batch.steps);
    this.#thetaBefore.set(this.backend.theta());
    const gradNorm = this.backend.apply(this.#specification, this.#optimiser, this.resolved.settings.clipNorm ?? undefined);
    this.update++;
    this.steps += batch.steps;
    for (const value of this.#rollout.returns) this.window.push(value);
    const summary = this.#summarise(batch, heads, evaluation.value, gradNorm);
    this.#made = { summary, batch, heads, theta: this.#thetaBefore, gradient };
    return summary;
  }
}
