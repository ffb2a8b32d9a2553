import type { Generator } from "../rl/generator.ts";
import type { Environment, EnvironmentRecord } from "./environment.ts";
import { drawStart, fastest, leftWall, mountainCarObservations, rightEnd } from "./mountainCar.ts";
import { drawMountainCarContinuous } from "./scenes/mountainCar.ts";
import { type BoxSpace, clip } from "./spaces.ts";

const power = 0.0015;
const gravity = 0.0025;
const goal = 0.45;

const actionSpace: BoxSpace = { kind: "box", low: [-1], high: [1], names: ["force"] };

/**
 * The mountain car with a real-valued force, after Gymnasium 1.4's MountainCarContinuous-v0. Its state is float64
 * from reset to the first step and float32 from then on, and NumPy's promotion decides the precision of every
 * operation: both are kept. The force counts clipped to [−1, 1]; the cost 0.1 a² is that of the action as given.
 */
class MountainCarContinuous implements Environment {
  readonly observationSpace = mountainCarObservations;
  readonly actionSpace = actionSpace;
  terminated = false;
  #position = 0;
  #velocity = 0;
  #hasStepped = false;

  reset(generator: Generator, observation: Float64Array, offset: number): void {
    this.#hasStepped = false;
    this.#set(drawStart(generator), 0, observation, offset);
  }

  step(actions: Float64Array, at: number, observation: Float64Array, offset: number): number {
    const action = Math.fround(actions[at]!);
    const round = this.#hasStepped ? Math.fround : exact;
    const top = round(fastest);
    const bottom = round(leftWall);
    const push = acceleration(action, this.#position, round);
    let velocity = clip(round(this.#velocity + push), -top, top);
    const position = clip(round(this.#position + velocity), bottom, round(rightEnd));
    if (position === bottom && velocity < 0) velocity = 0;
    this.#hasStepped = true;
    const reached = position >= round(goal) && velocity >= 0;
    this.#set(Math.fround(position), Math.fround(velocity), observation, offset);
    this.terminated = reached;
    return (reached ? 100 : 0) - action * action * 0.1;
  }

  /** Position, velocity, and whether a step was taken since reset. */
  state(): readonly number[] {
    return [this.#position, this.#velocity, this.#hasStepped ? 1 : 0];
  }

  /** A state of two numbers is taken in the precision that this one has: as setting `unwrapped.state` does. */
  restore(state: readonly number[], observation: Float64Array, offset: number): void {
    if (state[2] !== undefined) this.#hasStepped = state[2] === 1;
    this.#set(state[0]!, state[1]!, observation, offset);
  }

  #set(position: number, velocity: number, observation: Float64Array, offset: number): void {
    this.#position = position;
    this.#velocity = velocity;
    this.terminated = position >= (this.#hasStepped ? Math.fround(goal) : goal) && velocity >= 0;
    observation[offset] = Math.fround(position);
    observation[offset + 1] = Math.fround(velocity);
  }
}

const exact = (value: number) => value;

/**
 * force · power − gravity · cos 3x. A float32 action makes product and difference float32; one that was
 * clipped is a Python float, so that they are float64 and rounded only where they meet the state.
 */
function acceleration(action: number, position: number, round: (value: number) => number): number {
  const pull = gravity * Math.cos(round(3 * position));
  if (action < -1) return round(-power - pull);
  if (action > 1) return round(power - pull);
  return Math.fround(Math.fround(action * Math.fround(power)) - Math.fround(pull));
}

export const mountainCarContinuous: EnvironmentRecord = {
  id: "MountainCarContinuous-v0",
  title: "Mountain car with a real-valued force",
  timeLimit: 999,
  solvedAt: 90,
  reference: "Gymnasium 1.4, MountainCarContinuous-v0; Moore (1990)",
  stateIsFloat32: true,
  create: () => new MountainCarContinuous(),
  draw: drawMountainCarContinuous,
};
