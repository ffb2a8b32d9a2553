import { outputCount } from "../environments/spaces.ts";
import type { PolicySpecification } from "../policies/policy.ts";
import type { ResolvedSettings } from "./settings.ts";

/** The policy that a run trains. */
export function policyOf({ settings, environment }: ResolvedSettings): PolicySpecification {
  const { observationSpace, actionSpace } = environment.create();
  return {
    observationSize: observationSpace.low.length,
    actionCount: outputCount(actionSpace),
    hidden: settings.hidden,
    activation: settings.activation,
    bias: settings.bias,
  };
}

/** Steps that an episode is reckoned to have where the environment sets no limit. */
const usualEpisode = 500;

/** Steps that an update of a run is reckoned to have: its episodes at their longest, which is what they grow to. */
export function expectedSteps({ environment, algorithm }: ResolvedSettings): number {
  return algorithm.episodesPerUpdate * (environment.timeLimit ?? usualEpisode);
}
