import { type Choice, chooseById } from "../protocol/choice.ts";
import {
  a2c,
  actorCriticTraces,
  oneStepActorCritic,
  ppo,
  pytorchActorCritic,
  reinforceBaseline,
} from "./actorCritic.ts";
import type { AlgorithmRecord } from "./algorithm.ts";
import { gaussianReinforce } from "./gaussian.ts";
import { reinforce, reinforceDropout, reinforceNormalized, reinforceWithoutGammaT } from "./reinforce.ts";
import { crossEntropyReinforce, pytorchReinforce, reinforceEpisodeReturn } from "./reinforceVariants.ts";

/** Every algorithm there is, in the order in which choices are shown. */
export const algorithms: readonly AlgorithmRecord[] = [
  reinforce,
  reinforceWithoutGammaT,
  reinforceNormalized,
  reinforceDropout,
  reinforceEpisodeReturn,
  crossEntropyReinforce,
  pytorchReinforce,
  gaussianReinforce,
  reinforceBaseline,
  oneStepActorCritic,
  actorCriticTraces,
  pytorchActorCritic,
  a2c,
  ppo,
];

/** The algorithm of that id, or a message with the nearest id. */
export function findAlgorithm(id: string): Choice<AlgorithmRecord> {
  return chooseById(algorithms, id, "algorithm");
}
