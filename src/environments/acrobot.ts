import type { Generator } from "../rl/generator.ts";
import type { Environment, EnvironmentRecord } from "./environment.ts";
import { drawAcrobot } from "./scenes/acrobot.ts";
import { type BoxSpace, clip, type DiscreteSpace } from "./spaces.ts";

const gravity = 9.8;
/** Both links: 1 m and 1 kg, centre of mass in the middle, moment of inertia 1. */
const mass = 1;
const linkLength = 1;
const centre = 0.5;
const inertia = 1;
/** Seconds per step, one Runge-Kutta step. */
const timeStep = 0.2;
/** Radians per second. */
const speedLimits = [4 * Math.PI, 9 * Math.PI] as const;
const resetBound = 0.1;
const high = [1, 1, 1, 1, ...speedLimits].map(Math.fround);

const observationSpace: BoxSpace = {
  kind: "box",
  low: high.map((bound) => -bound),
  high,
  names: ["cos θ₁", "sin θ₁", "cos θ₂", "sin θ₂", "angular velocity 1", "angular velocity 2"],
};
const actionSpace: DiscreteSpace = { kind: "discrete", n: 3, names: ["torque −1", "torque 0", "torque +1"] };

/**
 * Two links that hang from a joint, with a torque at the second, after Gymnasium 1.4's Acrobot-v1 and the book's
 * equations (Sutton, 1996): the state (θ₁, θ₂, θ̇₁, θ̇₂), angle 0 hanging down, advances by one step of
 * fourth-order Runge-Kutta. Every step costs 1, the one that lifts the tip above the line 0.
 */
class Acrobot implements Environment {
  readonly observationSpace = observationSpace;
  readonly actionSpace = actionSpace;
  terminated = false;
  #state: readonly number[] = [0, 0, 0, 0];

  reset(generator: Generator, observation: Float64Array, offset: number): void {
    const start = [0, 1, 2, 3].map(() => Math.fround((2 * generator.uniform() - 1) * resetBound));
    this.restore(start, observation, offset);
  }

  step(actions: Float64Array, at: number, observation: Float64Array, offset: number): number {
    const [angle1, angle2, speed1, speed2] = rungeKutta(this.#state, actions[at]! - 1);
    const next = [
      wrapped(angle1!),
      wrapped(angle2!),
      clip(speed1!, -speedLimits[0], speedLimits[0]),
      clip(speed2!, -speedLimits[1], speedLimits[1]),
    ];
    this.restore(next, observation, offset);
    return this.terminated ? 0 : -1;
  }

  state(): readonly number[] {
    return this.#state;
  }

  restore(state: readonly number[], observation: Float64Array, offset: number): void {
    this.#state = [...state];
    const [angle1, angle2, speed1, speed2] = state as [number, number, number, number];
    this.terminated = -Math.cos(angle1) - Math.cos(angle2 + angle1) > 1;
    const seen = [Math.cos(angle1), Math.sin(angle1), Math.cos(angle2), Math.sin(angle2), speed1, speed2];
    for (let i = 0; i < seen.length; i++) observation[offset + i] = Math.fround(seen[i]!);
  }
}

/** One step of fourth-order Runge-Kutta under a constant torque, in the order of Gymnasium's operations. */
function rungeKutta(state: readonly number[], torque: number): readonly number[] {
  const moved = (slope: readonly number[], by: number) => state.map((value, i) => value + by * slope[i]!);
  const slope1 = slopes(state, torque);
  const slope2 = slopes(moved(slope1, timeStep / 2), torque);
  const slope3 = slopes(moved(slope2, timeStep / 2), torque);
  const slope4 = slopes(moved(slope3, timeStep), torque);
  return state.map(
    (value, i) => value + (timeStep / 6) * (slope1[i]! + 2 * slope2[i]! + 2 * slope3[i]! + slope4[i]!),
  );
}

/** The time derivative of (θ₁, θ₂, θ̇₁, θ̇₂). */
function slopes(state: readonly number[], torque: number): readonly number[] {
  const [angle1, angle2, speed1, speed2] = state as [number, number, number, number];
  const cosine2 = Math.cos(angle2);
  const sine2 = Math.sin(angle2);
  const squares = linkLength ** 2 + centre ** 2 + 2 * linkLength * centre * cosine2;
  const d1 = mass * centre ** 2 + mass * squares + inertia + inertia;
  const d2 = mass * (centre ** 2 + linkLength * centre * cosine2) + inertia;
  const phi2 = mass * centre * gravity * Math.cos(angle1 + angle2 - Math.PI / 2);
  const phi1 =
    -mass * linkLength * centre * (speed2 * speed2) * sine2 -
    2 * mass * linkLength * centre * speed2 * speed1 * sine2 +
    (mass * centre + mass * linkLength) * gravity * Math.cos(angle1 - Math.PI / 2) +
    phi2;
  const acceleration2 =
    (torque + (d2 / d1) * phi1 - mass * linkLength * centre * (speed1 * speed1) * sine2 - phi2) /
    (mass * centre ** 2 + inertia - (d2 * d2) / d1);
  return [speed1, speed2, -(d2 * acceleration2 + phi1) / d1, acceleration2];
}

/** An angle brought into [−π, π] by whole turns. */
function wrapped(angle: number): number {
  let result = angle;
  while (result > Math.PI) result -= 2 * Math.PI;
  while (result < -Math.PI) result += 2 * Math.PI;
  return result;
}

export const acrobot: EnvironmentRecord = {
  id: "Acrobot-v1",
  title: "Acrobot: swing the tip of two links above the line",
  timeLimit: 500,
  solvedAt: -100,
  reference: "Gymnasium 1.4, Acrobot-v1; Sutton (1996)",
  create: () => new Acrobot(),
  draw: drawAcrobot,
};
