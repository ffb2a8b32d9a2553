import type { EpisodeEnds } from "../rl/episodeEnds.ts";
import { outputCount } from "./architecture.ts";
import { CategoricalReader } from "./categoricalReader.ts";
import type { DistributionReader } from "./distributionReader.ts";
import { GaussianReader } from "./gaussianReader.ts";
import type { Heads, PolicySpecification } from "./policy.ts";
import { readValues } from "./valueHead.ts";

/** A policy's heads from its outputs: the action distribution and, where there is a value head, V. */
export class HeadReader {
  readonly #distribution: DistributionReader;
  readonly #outputs: number;
  readonly #hasValue: boolean;

  constructor(specification: PolicySpecification, capacity: number) {
    const outputs = outputCount(specification);
    const { gaussian, actionCount } = specification;
    this.#distribution =
      gaussian === undefined
        ? new CategoricalReader(actionCount, outputs, capacity)
        : new GaussianReader(actionCount, gaussian.by, outputs, capacity);
    this.#outputs = outputs;
    this.#hasValue = specification.value !== undefined;
  }

  get distribution(): DistributionReader {
    return this.#distribution;
  }

  /**
   * The heads of T steps whose rows were read by `distribution.readRow`. For V_next, `outputs` holds after them one
   * row for each step that ends an episode of `ends` without terminating, in order.
   */
  heads(outputs: Float64Array, actions: Float64Array, steps: number, ends: EpisodeEnds | undefined): Heads {
    const heads = this.#distribution.heads(actions, steps);
    return this.#hasValue ? { ...heads, ...readValues(outputs, this.#outputs, steps, ends) } : heads;
  }

  /** The heads of outputs [rows × O] computed elsewhere. */
  readAll(outputs: Float64Array, actions: Float64Array, steps: number, ends: EpisodeEnds | undefined): Heads {
    this.#distribution.reserve(steps);
    for (let row = 0; row < steps; row++) this.#distribution.readRow(outputs, row);
    return this.heads(outputs, actions, steps, ends);
  }
}
