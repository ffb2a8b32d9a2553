import { describe, expect, test } from "vitest";
import { resolveSettings } from "../../../src/engine/settings.ts";
import { Trainer } from "../../../src/engine/trainer.ts";
import { mostEpisodes } from "../../../src/engine/trainingSession.ts";

/** Episodes until CartPole-v1 counts as solved; undefined where it is not within the limit. */
function episodesUntilSolved(seed: number): number | undefined {
  const resolved = resolveSettings({ environment: "CartPole-v1", algorithm: "reinforce", seed });
  const trainer = new Trainer(resolved);
  while (trainer.episode < mostEpisodes) {
    if (trainer.advance(65_536) && trainer.window.reaches(resolved.environment.solvedAt))
      return trainer.episode;
  }
  return undefined;
}

describe("REINFORCE", () => {
  test("solves CartPole-v1 for at least 4 of seeds 1 to 5", { timeout: 240_000 }, () => {
    const episodes = [1, 2, 3, 4, 5].map(episodesUntilSolved);
    console.info(`episodes until solved, seeds 1-5: ${episodes.join(", ")}`);
    expect(episodes.filter((count) => count !== undefined).length).toBeGreaterThanOrEqual(4);
  });
});
