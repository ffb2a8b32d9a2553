import { corridorGoal, corridorSuccessor } from "../../environments/shortCorridor.ts";
import { rightProbability } from "../../environments/shortCorridorExact.ts";
import type { Generator } from "../../rl/generator.ts";
import { createGenerator } from "../../rl/randomGenerator.ts";

/** One experiment of Figure 13.1 or 13.2. */
export interface CorridorExperiment {
  /** Step size of the policy, α_θ. */
  readonly alpha: number;
  /** Step size of a baseline that is one weight w, from 0 (box 13.4); absent: none (box 13.3). */
  readonly valueAlpha?: number;
  /** θ of (left, right) before the first episode. */
  readonly start: readonly [left: number, right: number];
  readonly episodes: number;
  /** An episode ends after so many steps at the latest, and is learnt from as it is. */
  readonly timeLimit: number;
}

/** One run: of every episode the total reward, and p(right) after what was learnt from it. [episodes] each. */
export interface CorridorCurve {
  readonly totals: Float64Array;
  readonly probabilities: Float64Array;
}

/**
 * REINFORCE as the boxes of Sutton & Barto have it, γ = 1: after an episode θ moves at every step t = 0 … T−1 in turn,
 * ∇ln π(a_t) being taken with the θ that the step before it left. With two preferences and one state to look at, a step is
 * some additions and one exponential, so that this needs no network; `corridorRuns` does the same with one.
 */
export function runCorridor(experiment: CorridorExperiment, seed: number): CorridorCurve {
  const { episodes, timeLimit } = experiment;
  const learner = new InLoopLearner(experiment, createGenerator(seed, "short corridor"));
  const totals = new Float64Array(episodes);
  const probabilities = new Float64Array(episodes);
  for (let episode = 0; episode < episodes; episode++) {
    const steps = learner.play(timeLimit);
    totals[episode] = -steps;
    learner.learn(steps);
    probabilities[episode] = learner.probability;
  }
  return { totals, probabilities };
}

class InLoopLearner {
  readonly #alpha: number;
  readonly #valueAlpha: number;
  readonly #generator: Generator;
  readonly #wentRight: Uint8Array;
  #left: number;
  #right: number;
  #baseline = 0;

  constructor({ alpha, valueAlpha = 0, start, timeLimit }: CorridorExperiment, generator: Generator) {
    this.#alpha = alpha;
    this.#valueAlpha = valueAlpha;
    this.#generator = generator;
    this.#wentRight = new Uint8Array(timeLimit);
    [this.#left, this.#right] = start;
  }

  /** p(right). */
  get probability(): number {
    return rightProbability(this.#left, this.#right);
  }

  /** @returns T, the steps of the episode. */
  play(timeLimit: number): number {
    const probabilityOfLeft = 1 - this.probability;
    let state = 0;
    for (let t = 0; t < timeLimit; t++) {
      const action = this.#generator.uniform() < probabilityOfLeft ? 0 : 1;
      this.#wentRight[t] = action;
      state = corridorSuccessor(state, action);
      if (state === corridorGoal) return t + 1;
    }
    return timeLimit;
  }

  /** δ first, then w, then θ with that δ. The return of step t is −(T − t); without a baseline w stays 0. */
  learn(steps: number): void {
    for (let t = 0; t < steps; t++) {
      const delta = t - steps - this.#baseline;
      this.#baseline += this.#valueAlpha * delta;
      // ∂ln π(a)/∂(right) = [a = right] − p, and its negative for the other preference.
      const move = this.#alpha * delta * (this.#wentRight[t]! - this.probability);
      this.#right += move;
      this.#left -= move;
    }
  }
}
