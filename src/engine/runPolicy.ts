import { outputCount } from "../environments/spaces.ts";
import type { PolicySpecification } from "../policies/policy.ts";
import { isInParts, type ResolvedSettings } from "./settings.ts";

/** The policy that a run trains: categorical or Gaussian as its environment's actions are. */
export function policyOf({
  settings,
  environment,
}: Pick<ResolvedSettings, "settings" | "environment">): PolicySpecification {
  const { observationSpace, actionSpace } = environment.create();
  const { hidden, activation, bias, sigma, sigmaBy, value, dropout } = settings;
  return {
    observationSize: observationSpace.low.length,
    actionCount: outputCount(actionSpace),
    hidden,
    activation,
    bias,
    ...(dropout > 0 && { dropout }),
    ...(actionSpace.kind === "box" && { gaussian: { sigma, by: sigmaBy } }),
    ...(value === "shared" && { value: { trunk: "shared" } }),
    ...(value === "own" && { value: { trunk: "own", hidden } }),
  };
}

/** Steps that an episode is reckoned to have where the environment sets no limit. */
const usualEpisode = 500;

/** Steps that an update of a run is reckoned to have: its batch, or a part of it; episodes at their longest, which is what they grow to. */
export function expectedSteps({ settings, environment, algorithm }: ResolvedSettings): number {
  const { batch, minibatches } = settings;
  const steps =
    algorithm.timing === "steps"
      ? batch * settings.environments
      : batch * (environment.timeLimit ?? usualEpisode);
  return isInParts(settings) ? Math.ceil(steps / minibatches) : steps;
}
