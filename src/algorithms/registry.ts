import { type Choice, chooseById } from "../protocol/choice.ts";
import type { AlgorithmDefaults, AlgorithmRecord } from "./algorithm.ts";
import { reinforce, reinforceNoGammaT, reinforceNormalized } from "./reinforce.ts";

/** Every algorithm there is, in the order in which choices are shown. */
export const algorithms: readonly AlgorithmRecord[] = [reinforce, reinforceNoGammaT, reinforceNormalized];

/** The algorithm of that id, or a message with the nearest id. */
export function findAlgorithm(id: string): Choice<AlgorithmRecord> {
  return chooseById(algorithms, id, "algorithm");
}

/** An algorithm's defaults for an environment; those for "*" where it has none of its own. */
export function defaultsFor(algorithm: AlgorithmRecord, environment: string): AlgorithmDefaults {
  const defaults = algorithm.defaults[environment] ?? algorithm.defaults["*"];
  if (defaults === undefined) throw new Error(`${algorithm.id} has no defaults for "*"`);
  return defaults;
}
