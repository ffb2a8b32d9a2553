import { type Choice, chooseById } from "../protocol/choice.ts";
import type { AlgorithmRecord } from "./algorithm.ts";
import { reinforce, reinforceNormalized, reinforceWithoutGammaT } from "./reinforce.ts";

/** Every algorithm there is, in the order in which choices are shown. */
export const algorithms: readonly AlgorithmRecord[] = [
  reinforce,
  reinforceWithoutGammaT,
  reinforceNormalized,
];

/** The algorithm of that id, or a message with the nearest id. */
export function findAlgorithm(id: string): Choice<AlgorithmRecord> {
  return chooseById(algorithms, id, "algorithm");
}
