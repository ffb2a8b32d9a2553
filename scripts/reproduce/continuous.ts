import { openRun } from "../../src/runs/runReader.ts";
import { type SweptTrial, sweep } from "./sweeping.ts";

const seeds = 3;
const steps = 300_000;

export interface ContinuousRow {
  readonly environment: string;
  readonly algorithm: string;
  /** Mean return of the last 100 episodes of each seed, sampling as in training. */
  readonly last100: readonly number[];
  /** The greatest such mean on the way. */
  readonly best100: readonly number[];
  readonly seconds: readonly number[];
}

export interface ContinuousPart {
  readonly seeds: number;
  readonly steps: number;
  readonly rows: readonly ContinuousRow[];
}

/** Pendulum-v1 and MountainCarContinuous-v0 with A2C and PPO and their own defaults, a fixed number of steps. */
export async function continuousPart(): Promise<ContinuousPart> {
  const environments = ["Pendulum-v1", "MountainCarContinuous-v0"];
  const algorithms = ["a2c", "ppo"];
  const words = ["--environment", environments.join(","), "--algorithm", algorithms.join(",")];
  const trials = await sweep("continuous", [...words, "--seeds", `1-${seeds}`, "--steps", String(steps)]);
  const rows = environments.flatMap((environment) =>
    algorithms.map((algorithm): ContinuousRow => {
      const own = trials.filter(
        ({ settings }) => settings.environment === environment && settings.algorithm === algorithm,
      );
      return {
        environment,
        algorithm,
        last100: own.flatMap(({ average_return_100 }) => average_return_100 ?? []),
        best100: own.map(bestAverage),
        seconds: own.map(({ seconds }) => seconds),
      };
    }),
  );
  return { seeds, steps, rows };
}

/** Of the averages of 100 whole episodes. */
function bestAverage({ run }: SweptTrial): number {
  const reader = openRun(run);
  try {
    const episodes = reader.column("episode", 1, reader.updateCount);
    const averages = reader.column("averageReturn100", 1, reader.updateCount);
    return averages
      .filter((_, place) => episodes[place]! >= 100)
      .reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
  } finally {
    reader.close();
  }
}
