import type { Generator } from "../rl/generator.ts";
import type { Environment } from "./environment.ts";
import type { ActionSpace, BoxSpace } from "./spaces.ts";

/** What an environment whose episodes are one step long does. */
export interface OneStepTask {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: ActionSpace;
  /** The observation of this episode, drawn at reset. */
  observe(generator: Generator): number;
  /** The reward of the action under that observation. */
  reward(action: number, observation: number, generator: Generator): number;
}

/** An environment of one step an episode: an observation of one number, an action of one number, a reward, the end. */
export class OneStep implements Environment {
  readonly observationSpace: BoxSpace;
  readonly actionSpace: ActionSpace;
  terminated = false;
  readonly #task: OneStepTask;
  #seen = 0;
  #generator: Generator | undefined;

  constructor(task: OneStepTask) {
    this.#task = task;
    this.observationSpace = task.observationSpace;
    this.actionSpace = task.actionSpace;
  }

  reset(generator: Generator, observation: Float64Array, offset: number): void {
    this.#generator = generator;
    this.restore([this.#task.observe(generator), 0], observation, offset);
  }

  step(actions: Float64Array, at: number, observation: Float64Array, offset: number): number {
    if (this.#generator === undefined) throw new Error("a step follows a reset, which gives its generator");
    const reward = this.#task.reward(actions[at]!, this.#seen, this.#generator);
    this.restore([this.#seen, 1], observation, offset);
    return reward;
  }

  /** The observation, and whether the step was taken. */
  state(): readonly number[] {
    return [this.#seen, this.terminated ? 1 : 0];
  }

  restore(state: readonly number[], observation: Float64Array, offset: number): void {
    this.#seen = state[0]!;
    this.terminated = state[1] === 1;
    observation[offset] = this.#seen;
  }
}

/** The observation of a task in which there is nothing to see: a constant 1. */
export const constantObservation: BoxSpace = { kind: "box", low: [1], high: [1], names: ["constant"] };
