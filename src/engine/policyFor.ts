import { outputCount } from "../environments/spaces.ts";
import type { PolicySpecification } from "../policies/policy.ts";
import type { ResolvedSettings } from "./settings.ts";

/** The policy that a run's settings describe: categorical or Gaussian as its environment's actions are. */
export function policyFor({
  settings,
  environment,
}: Pick<ResolvedSettings, "settings" | "environment">): PolicySpecification {
  const { observationSpace, actionSpace } = environment.create();
  const { hidden, activation, bias, sigma, sigmaBy, value } = settings;
  return {
    observationSize: observationSpace.low.length,
    actionCount: outputCount(actionSpace),
    hidden,
    activation,
    bias,
    ...(actionSpace.kind === "box" && { gaussian: { sigma, by: sigmaBy } }),
    ...(value === "shared" && { value: { trunk: "shared" } }),
    ...(value === "own" && { value: { trunk: "own", hidden } }),
  };
}
