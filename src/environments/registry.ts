import { type Choice, chooseById } from "../protocol/choice.ts";
import { acrobot } from "./acrobot.ts";
import { bernoulliBandit, continuousBandit, gaussianBandit } from "./bandit.ts";
import { cartPole, cartPoleV0 } from "./cartPole.ts";
import { cliffWalking, cliffWalkingSlippery, cliffWalkingV0 } from "./cliffWalking.ts";
import type { EnvironmentRecord } from "./environment.ts";
import { frozenLake, frozenLake8x8, frozenLakeFirm } from "./frozenLake.ts";
import { mountainCar } from "./mountainCar.ts";
import { mountainCarContinuous } from "./mountainCarContinuous.ts";
import { pendulum } from "./pendulum.ts";
import { probes } from "./probes.ts";
import { shortCorridor } from "./shortCorridor.ts";

/** Every environment there is, in the order in which choices are shown. */
export const environments: readonly EnvironmentRecord[] = [
  cartPole,
  shortCorridor,
  acrobot,
  mountainCar,
  mountainCarContinuous,
  pendulum,
  frozenLake,
  frozenLake8x8,
  frozenLakeFirm,
  cliffWalking,
  cliffWalkingSlippery,
  bernoulliBandit,
  gaussianBandit,
  continuousBandit,
  ...probes,
  cartPoleV0,
  cliffWalkingV0,
];

/** The environment of that id, or a message with the nearest id. */
export function findEnvironment(id: string): Choice<EnvironmentRecord> {
  return chooseById(environments, id, "environment");
}
