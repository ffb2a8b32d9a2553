import type { Generator } from "../rl/generator.ts";
import type { Environment, EnvironmentRecord } from "./environment.ts";
import { drawCorridor } from "./scenes/corridor.ts";
import type { BoxSpace, DiscreteSpace } from "./spaces.ts";

/** Index of the terminal state. */
export const corridorGoal = 3;

/**
 * Where an action (0 left, 1 right) leads from a state of the short corridor: state 1 swaps the two,
 * left in state 0 stays. Sutton & Barto (2nd ed.), Example 13.1.
 */
export function corridorSuccessor(state: number, action: number): number {
  const right = (action === 1) !== (state === 1);
  return right ? state + 1 : Math.max(0, state - 1);
}

const observationSpace: BoxSpace = { kind: "box", low: [1], high: [1], names: ["constant"] };
const actionSpace: DiscreteSpace = { kind: "discrete", n: 2, names: ["left", "right"] };

/** The short corridor with switched actions: three states that look alike, reward −1 a step. */
class ShortCorridor implements Environment {
  readonly observationSpace = observationSpace;
  readonly actionSpace = actionSpace;
  #place = 0;

  get terminated(): boolean {
    return this.#place === corridorGoal;
  }

  reset(_generator: Generator, observation: Float64Array, offset: number): void {
    this.#place = 0;
    observation[offset] = 1;
  }

  step(actions: Float64Array, at: number, observation: Float64Array, offset: number): number {
    this.#place = corridorSuccessor(this.#place, actions[at]!);
    observation[offset] = 1;
    return -1;
  }

  state(): readonly number[] {
    return [this.#place];
  }

  restore(state: readonly number[], observation: Float64Array, offset: number): void {
    this.#place = state[0]!;
    observation[offset] = 1;
  }
}

export const shortCorridor: EnvironmentRecord = {
  id: "ShortCorridor",
  title: "Short corridor with switched actions",
  timeLimit: undefined,
  solvedAt: undefined,
  reference: "Sutton & Barto (2nd ed.), Example 13.1",
  create: () => new ShortCorridor(),
  draw: drawCorridor,
};
