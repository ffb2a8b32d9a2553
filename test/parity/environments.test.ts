import { describe, expect, test } from "vitest";
import { readReference, recompute } from "./reference.ts";

interface RecordedEpisode {
  env: string;
  actions: number[][];
  states: number[][];
  observations: number[][];
  terminated: boolean[];
  stable_steps: number;
}

interface EnvironmentsFile {
  episodes: RecordedEpisode[];
}

const read = () => readReference("environments.json") as unknown as EnvironmentsFile;
const episodeOf = (file: EnvironmentsFile, id: string) => file.episodes.find(({ env }) => env === id)!;

describe("environments.json", () => {
  test("every environment follows Gymnasium's recorded episodes, as a rollout and from every recorded state", () => {
    const { summary, failures, skipped } = recompute(read());
    expect(failures).toEqual([]);
    expect(skipped).toEqual({});
    expect(summary).toMatchObject({ compared: read().episodes.length, failed: 0, skipped: 0 });
  });

  test("it holds episodes of every classic environment that is offered", () => {
    const recorded = new Set(read().episodes.map(({ env }) => env));
    expect([...recorded].sort()).toEqual([
      "Acrobot-v1",
      "CartPole-v1",
      "MountainCar-v0",
      "MountainCarContinuous-v0",
      "Pendulum-v1",
    ]);
  });

  test.each(["CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0"])(
    "the observations of %s are Gymnasium's float32 numbers to the last bit while the episode is stable",
    (id) => {
      const { computed } = recompute(read());
      for (const [index, episode] of read().episodes.entries()) {
        if (episode.env !== id) continue;
        const { observations } = computed[`episode/${index}`] as { observations: number[][] };
        expect(observations.slice(0, episode.stable_steps)).toEqual(
          episode.observations.slice(0, episode.stable_steps),
        );
      }
    },
  );

  test.each<[string, (file: EnvironmentsFile) => void]>([
    ["a state off by 1e-10", (file) => (file.episodes[0]!.states[3]![2]! += 1e-10)],
    [
      "an observation off by two float32 steps",
      (file) => (file.episodes[1]!.observations[400]![0]! *= 1 + 2 ** -21),
    ],
    [
      "a float32 state off by its last bit",
      (file) => (episodeOf(file, "MountainCarContinuous-v0").states[5]![1]! *= 1 + 2 ** -23),
    ],
    ["an action off by a little", (file) => (episodeOf(file, "Pendulum-v1").actions[1]![0]! += 1e-6)],
    ["a state too short", (file) => episodeOf(file, "Acrobot-v1").states[2]!.pop()],
    ["a wrong end", (file) => file.episodes[2]!.terminated.fill(false)],
  ])("%s is noticed", (_, change) => {
    const file = read();
    change(file);
    expect(recompute(file).summary.failed).toBe(1);
  });
});
