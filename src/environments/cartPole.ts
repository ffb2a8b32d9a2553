import type { Generator } from "../rl/generator.ts";
import type { Environment, EnvironmentRecord } from "./environment.ts";
import { drawCartPole } from "./scenes/cartPole.ts";
import type { BoxSpace, DiscreteSpace } from "./spaces.ts";

const gravity = 9.8;
const poleMass = 0.1;
const totalMass = 1.0 + poleMass;
/** Half the pole's length, in metres. */
const length = 0.5;
const poleMassLength = poleMass * length;
/** Newtons, to the left or right. */
const force = 10;
/** Seconds per step. */
const timeStep = 0.02;
/** Metres; beyond it on either side the episode ends. */
const positionLimit = 2.4;
/** 12° in radians; beyond it on either side the episode ends. */
const angleLimit = (12 * 2 * Math.PI) / 360;
const resetBound = 0.05;

const observationSpace: BoxSpace = {
  kind: "box",
  low: [-2 * positionLimit, Number.NEGATIVE_INFINITY, -2 * angleLimit, Number.NEGATIVE_INFINITY].map(
    Math.fround,
  ),
  high: [2 * positionLimit, Number.POSITIVE_INFINITY, 2 * angleLimit, Number.POSITIVE_INFINITY].map(
    Math.fround,
  ),
  names: ["cart position", "cart velocity", "pole angle", "pole angular velocity"],
};
const actionSpace: DiscreteSpace = { kind: "discrete", n: 2, names: ["left", "right"] };

/**
 * Cart and pole after Gymnasium 1.4's CartPole (Barto, Sutton & Anderson, 1983): the state
 * (x, ẋ, θ, θ̇) is float64 and advances by explicit Euler steps with the old velocities; the observation
 * is the state rounded to float32. Every step pays 1, the terminating one too.
 */
class CartPole implements Environment {
  readonly observationSpace = observationSpace;
  readonly actionSpace = actionSpace;
  terminated = false;
  readonly #state = new Float64Array(4);

  reset(generator: Generator, observation: Float64Array, offset: number): void {
    for (let i = 0; i < 4; i++) this.#state[i] = (2 * generator.uniform() - 1) * resetBound;
    this.terminated = false;
    this.#observe(observation, offset);
  }

  step(actions: Float64Array, at: number, observation: Float64Array, offset: number): number {
    const state = this.#state;
    const velocity = state[1]!;
    const angle = state[2]!;
    const angularVelocity = state[3]!;
    const cosine = Math.cos(angle);
    const sine = Math.sin(angle);
    // The order of these operations is Gymnasium's, so that the bits are.
    const push =
      ((actions[at] === 1 ? force : -force) + poleMassLength * (angularVelocity * angularVelocity) * sine) /
      totalMass;
    const angularAcceleration =
      (gravity * sine - cosine * push) / (length * (4.0 / 3.0 - (poleMass * (cosine * cosine)) / totalMass));
    const acceleration = push - (poleMassLength * angularAcceleration * cosine) / totalMass;
    state[0]! += timeStep * velocity;
    state[1] = velocity + timeStep * acceleration;
    state[2] = angle + timeStep * angularVelocity;
    state[3] = angularVelocity + timeStep * angularAcceleration;
    this.terminated = fallen(state);
    this.#observe(observation, offset);
    return 1;
  }

  state(): readonly number[] {
    return Array.from(this.#state);
  }

  restore(state: readonly number[], observation: Float64Array, offset: number): void {
    this.#state.set(state);
    this.terminated = fallen(this.#state);
    this.#observe(observation, offset);
  }

  #observe(observation: Float64Array, offset: number): void {
    for (let i = 0; i < 4; i++) observation[offset + i] = Math.fround(this.#state[i]!);
  }
}

function fallen(state: Float64Array): boolean {
  const position = state[0]!;
  const angle = state[2]!;
  return position < -positionLimit || position > positionLimit || angle < -angleLimit || angle > angleLimit;
}

const reference = "Gymnasium 1.4, CartPole; Barto, Sutton & Anderson (1983)";

export const cartPole: EnvironmentRecord = {
  id: "CartPole-v1",
  title: "Cart-pole: keep the pole upright for 500 steps",
  timeLimit: 500,
  solvedAt: 475,
  reference,
  create: () => new CartPole(),
  draw: drawCartPole,
};

export const cartPoleV0: EnvironmentRecord = {
  id: "CartPole-v0",
  title: "Cart-pole: keep the pole upright for 200 steps",
  timeLimit: 200,
  solvedAt: 195,
  reference,
  create: () => new CartPole(),
  draw: drawCartPole,
};
