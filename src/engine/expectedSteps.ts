import { isInParts, type ResolvedSettings } from "./settings.ts";

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
