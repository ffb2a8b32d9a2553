import { describe, expect, test } from "vitest";
import { environments } from "../../src/environments/registry.ts";
import { readReference, recompute } from "./reference.ts";

interface EnvironmentsFile {
  episodes: {
    env: string;
    states: number[][];
    observations: number[][];
    terminated: boolean[];
    stable_steps: number;
  }[];
}

const read = () => readReference("environments.json") as unknown as EnvironmentsFile;
const isCartPole = ({ env }: { env: string }) => env === "CartPole-v1";

describe("environments.json", () => {
  test("CartPole-v1 follows Gymnasium's recorded episodes, as a rollout and from every recorded state", () => {
    const { summary, failures, skipped } = recompute(read());
    expect(failures).toEqual([]);
    expect(summary.compared).toBe(read().episodes.filter(isCartPole).length);
    const offered = new Set(environments.map(({ id }) => id));
    for (const [id, reason] of Object.entries(skipped)) {
      const { env } = read().episodes[Number(id.split("/")[1])]!;
      expect(offered.has(env)).toBe(false);
      expect(reason).toBe(`${env} is not offered yet`);
    }
  });

  test("the observations are Gymnasium's float32 numbers to the last bit while the episode is stable", () => {
    const { computed } = recompute(read());
    for (const [index, episode] of read().episodes.entries()) {
      if (!isCartPole(episode)) continue;
      const { observations } = computed[`episode/${index}`] as { observations: number[][] };
      expect(observations.slice(0, episode.stable_steps)).toEqual(
        episode.observations.slice(0, episode.stable_steps),
      );
    }
  });

  test.each<[string, (file: EnvironmentsFile) => void]>([
    ["a state off by 1e-10", (file) => (file.episodes[0]!.states[3]![2]! += 1e-10)],
    [
      "an observation off by two float32 steps",
      (file) => (file.episodes[1]!.observations[400]![0]! *= 1 + 2 ** -21),
    ],
    ["a wrong end", (file) => file.episodes[2]!.terminated.fill(false)],
  ])("%s is noticed", (_, change) => {
    const file = read();
    change(file);
    expect(recompute(file).summary.failed).toBe(1);
  });
});
