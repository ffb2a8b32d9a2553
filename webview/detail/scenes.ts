import type { TemplateResult } from "lit";
import type { StepView } from "../../src/protocol/views.ts";
import { cartPoleScene } from "./cartPole.ts";
import { namedNumbers } from "./namedNumbers.ts";
import { corridorScene } from "./shortCorridor.ts";

/** What a drawing of the environment may use. */
export interface SceneInput {
  readonly step: StepView;
  readonly observationNames: readonly string[];
  readonly actionNames: readonly string[];
}

/** A picture of an environment's state, with its text alternative. */
export interface Scene {
  readonly environment: RegExp;
  readonly draw: (input: SceneInput) => TemplateResult;
}

/** Environments that have a picture; others show their numbers by name. */
export const scenes: readonly Scene[] = [
  { environment: /^CartPole/u, draw: cartPoleScene },
  { environment: /corridor/iu, draw: corridorScene },
];

/** Draws the state of a step of an environment. */
export function drawScene(environment: string, input: SceneInput): TemplateResult {
  const scene = scenes.find((candidate) => candidate.environment.test(environment));
  return (scene?.draw ?? namedNumbers)(input);
}
