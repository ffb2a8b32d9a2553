import type { Generator } from "../rl/generator.ts";
import type { Environment, EnvironmentRecord } from "./environment.ts";
import { drawMountainCar } from "./scenes/mountainCar.ts";
import { type BoxSpace, clip, type DiscreteSpace } from "./spaces.ts";

/** The slope is that of sin 3x; the bottom of the valley lies at −π/6. */
export const leftWall = -1.2;
export const rightEnd = 0.6;
export const fastest = 0.07;
const force = 0.001;
const gravity = 0.0025;
const goal = 0.5;

export const mountainCarObservations: BoxSpace = {
  kind: "box",
  low: [leftWall, -fastest].map(Math.fround),
  high: [rightEnd, fastest].map(Math.fround),
  names: ["position", "velocity"],
};
const actionSpace: DiscreteSpace = { kind: "discrete", n: 3, names: ["left", "coast", "right"] };

/** A start at rest, in the valley. */
export function drawStart(generator: Generator): number {
  return -0.6 + 0.2 * generator.uniform();
}

/**
 * A car too weak for the hill it stands before, after Gymnasium 1.4's MountainCar-v0 (Moore, 1990): the state
 * (position, velocity) is float64, the wall at the left takes the speed. Every step costs 1, the last one too.
 */
class MountainCar implements Environment {
  readonly observationSpace = mountainCarObservations;
  readonly actionSpace = actionSpace;
  terminated = false;
  #position = 0;
  #velocity = 0;

  reset(generator: Generator, observation: Float64Array, offset: number): void {
    this.#set(drawStart(generator), 0, observation, offset);
  }

  step(actions: Float64Array, at: number, observation: Float64Array, offset: number): number {
    const acceleration = (actions[at]! - 1) * force + Math.cos(3 * this.#position) * -gravity;
    const velocity = clip(this.#velocity + acceleration, -fastest, fastest);
    const position = clip(this.#position + velocity, leftWall, rightEnd);
    this.#set(position, position === leftWall && velocity < 0 ? 0 : velocity, observation, offset);
    return -1;
  }

  state(): readonly number[] {
    return [this.#position, this.#velocity];
  }

  restore(state: readonly number[], observation: Float64Array, offset: number): void {
    this.#set(state[0]!, state[1]!, observation, offset);
  }

  #set(position: number, velocity: number, observation: Float64Array, offset: number): void {
    this.#position = position;
    this.#velocity = velocity;
    this.terminated = position >= goal && velocity >= 0;
    observation[offset] = Math.fround(position);
    observation[offset + 1] = Math.fround(velocity);
  }
}

export const mountainCar: EnvironmentRecord = {
  id: "MountainCar-v0",
  title: "Mountain car: swing up the hill with too weak an engine",
  timeLimit: 200,
  solvedAt: -110,
  reference: "Gymnasium 1.4, MountainCar-v0; Moore (1990)",
  create: () => new MountainCar(),
  draw: drawMountainCar,
};
