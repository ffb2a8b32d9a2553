import { type Choice, chooseById } from "../protocol/choice.ts";
import { cartPole } from "./cartPole.ts";
import type { EnvironmentRecord } from "./environment.ts";
import { shortCorridor } from "./shortCorridor.ts";

/** Every environment there is, in the order in which choices are shown. */
export const environments: readonly EnvironmentRecord[] = [cartPole, shortCorridor];

/** The environment of that id, or a message with the nearest id. */
export function findEnvironment(id: string): Choice<EnvironmentRecord> {
  return chooseById(environments, id, "environment");
}
