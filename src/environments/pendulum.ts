import type { Generator } from "../rl/generator.ts";
import type { Environment, EnvironmentRecord } from "./environment.ts";
import { drawPendulum } from "./scenes/pendulum.ts";
import { type BoxSpace, clip } from "./spaces.ts";

const gravity = 10;
/** Seconds per step. */
const timeStep = 0.05;
const fastest = 8;
const strongest = 2;

const observationSpace: BoxSpace = {
  kind: "box",
  low: [-1, -1, -fastest],
  high: [1, 1, fastest],
  names: ["cos θ", "sin θ", "angular velocity"],
};
const actionSpace: BoxSpace = { kind: "box", low: [-strongest], high: [strongest], names: ["torque"] };

/**
 * A pendulum to be swung up and held, after Gymnasium 1.4's Pendulum-v1: the state (θ, θ̇), θ = 0 upright and never
 * wrapped, is float64; the torque is float32 and clipped to ±2 before anything is computed from it. The cost
 * θ² + 0.1 θ̇² + 0.001 u² is that of the state before the step. It never terminates.
 */
class Pendulum implements Environment {
  readonly observationSpace = observationSpace;
  readonly actionSpace = actionSpace;
  readonly terminated = false;
  #angle = 0;
  #velocity = 0;

  reset(generator: Generator, observation: Float64Array, offset: number): void {
    const angle = (2 * generator.uniform() - 1) * Math.PI;
    const velocity = 2 * generator.uniform() - 1;
    this.#set(angle, velocity, observation, offset);
  }

  step(actions: Float64Array, at: number, observation: Float64Array, offset: number): number {
    const angle = this.#angle;
    const velocity = this.#velocity;
    const torque = clip(Math.fround(actions[at]!), -strongest, strongest);
    const effort = Math.fround(Math.fround(0.001) * Math.fround(torque * torque));
    const error = wrapped(angle);
    const cost = error * error + 0.1 * (velocity * velocity) + effort;
    const acceleration = ((3 * gravity) / 2) * Math.sin(angle) + Math.fround(3 * torque);
    const next = clip(velocity + acceleration * timeStep, -fastest, fastest);
    this.#set(angle + next * timeStep, next, observation, offset);
    return -cost;
  }

  state(): readonly number[] {
    return [this.#angle, this.#velocity];
  }

  restore(state: readonly number[], observation: Float64Array, offset: number): void {
    this.#set(state[0]!, state[1]!, observation, offset);
  }

  #set(angle: number, velocity: number, observation: Float64Array, offset: number): void {
    this.#angle = angle;
    this.#velocity = velocity;
    observation[offset] = Math.fround(Math.cos(angle));
    observation[offset + 1] = Math.fround(Math.sin(angle));
    observation[offset + 2] = Math.fround(velocity);
  }
}

/** An angle in [−π, π), by Python's remainder, whose sign is the divisor's. */
function wrapped(angle: number): number {
  const turn = 2 * Math.PI;
  const rest = (angle + Math.PI) % turn;
  return (rest < 0 ? rest + turn : rest) - Math.PI;
}

export const pendulum: EnvironmentRecord = {
  id: "Pendulum-v1",
  title: "Pendulum: swing up and hold with little torque",
  timeLimit: 200,
  solvedAt: undefined,
  reference: "Gymnasium 1.4, Pendulum-v1",
  create: () => new Pendulum(),
  draw: drawPendulum,
};
