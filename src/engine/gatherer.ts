import type { KernelsBackend } from "../policies/kernels.ts";
import type { Batch } from "../rl/batch.ts";
import { cutByTimeLimit, timeLimitAsEnd } from "../rl/episodeEnds.ts";
import { createGenerator, type RandomGenerator } from "../rl/randomGenerator.ts";
import type { Act, Collector } from "./collector.ts";
import { GymCollector } from "./gym/gymCollector.ts";
import { Rollout } from "./rollout.ts";
import type { ResolvedSettings } from "./settings.ts";
import { SteppedRollout } from "./steppedRollout.ts";
import type { TrainerState } from "./trainerState.ts";

/** Where the environments and the draws of their actions stand between two batches. */
export type GathererState = Pick<
  TrainerState,
  "environmentGenerator" | "actionGenerator" | "dropoutGenerator" | "environments"
>;

/** The first half of an update: a batch of steps, acted by the policy on the kernels. What is drawn follows from the seed. */
export class Gatherer {
  /** Whether a batch was begun that no update has used yet. */
  isUnderWay = false;
  readonly #resolved: ResolvedSettings;
  readonly #policy: KernelsBackend;
  readonly #drops: boolean;
  readonly #environmentGenerator: RandomGenerator;
  readonly #actionGenerator: RandomGenerator;
  readonly #dropoutGenerator: RandomGenerator;
  readonly #collector: Collector | GymCollector;

  constructor(resolved: ResolvedSettings, policy: KernelsBackend) {
    const { seed } = resolved.settings;
    this.#resolved = resolved;
    this.#policy = policy;
    this.#drops = resolved.settings.dropout > 0;
    this.#environmentGenerator = createGenerator(seed, "environment");
    this.#actionGenerator = createGenerator(seed, "actions");
    this.#dropoutGenerator = createGenerator(seed, "dropout");
    this.#collector = this.#createCollector();
  }

  /** Undiscounted returns of the episodes that ended in the batch. */
  get returns(): readonly number[] {
    return this.#collector.returns;
  }

  /** Whether another process steps the environments: `gather` takes the place of `collect` then. */
  get isRemote(): boolean {
    return this.#collector instanceof GymCollector;
  }

  /** Forgets the last batch; the next is under way. */
  begin(): void {
    this.#collector.clear();
    this.isUnderWay = true;
  }

  /** Takes at most `budget` steps; true once the batch is whole. */
  collect(budget: number): boolean {
    return this.#collector.collect(this.#resolved.settings.batch, this.#act, budget);
  }

  /** `collect` wherever the environments are. */
  async gather(budget: number): Promise<boolean> {
    const collector = this.#collector;
    if (!(collector instanceof GymCollector)) return this.collect(budget);
    return await collector.gather(this.#resolved.settings.batch, this.#act, budget);
  }

  /** The batch, as views that hold until the next `begin`. */
  batch(): Batch {
    const collected = this.#collector.batch();
    const masks = this.#policy.masks(collected.steps);
    const batch = masks ? { ...collected, masks } : collected;
    if (this.#resolved.settings.bootstrapTruncated) return batch;
    const truncated = batch.truncated.map((cut) => (cut === cutByTimeLimit ? timeLimitAsEnd : cut));
    return { ...batch, truncated };
  }

  state(): GathererState {
    return {
      environmentGenerator: this.#environmentGenerator.state(),
      actionGenerator: this.#actionGenerator.state(),
      dropoutGenerator: this.#dropoutGenerator.state(),
      environments: this.#collector.state(),
    };
  }

  /** Goes on from a state, after `episodes` whole episodes; what is under way is dropped. */
  restore(state: GathererState, episodes: number): void {
    this.#collector.restore(state.environments, episodes);
    this.#environmentGenerator.restore(state.environmentGenerator);
    this.#actionGenerator.restore(state.actionGenerator);
    if (state.dropoutGenerator.length > 0) this.#dropoutGenerator.restore(state.dropoutGenerator);
    this.isUnderWay = false;
  }

  readonly #act: Act = (observations, row, actions) => {
    if (this.#drops) this.#policy.drawMask(row, this.#dropoutGenerator);
    this.#policy.act(observations, row);
    return this.#policy.sample(row, this.#actionGenerator, actions);
  };

  #createCollector(): Collector | GymCollector {
    const { settings, environment, algorithm, remote } = this.#resolved;
    const generator = this.#environmentGenerator;
    if (remote) {
      return new GymCollector(environment, remote, generator, algorithm.timing, (seen, row) =>
        this.#policy.act(seen, row),
      );
    }
    if (algorithm.timing === "steps")
      return new SteppedRollout(environment, generator, settings.environments);
    const doublesPerStep = settings.hidden.reduce((sum, size) => sum + 2 * size, 32);
    return new Rollout(environment, generator, 8 * doublesPerStep, settings.value !== "none");
  }
}
