import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../lib/paths.mjs";
import { sweep } from "./sweeping.ts";

const lossFile = "scripts/reproduce/pendulum.pgloss";
const settings = "--learning-rate 0.001 --environments 4 --batch 1024 --epochs 10 --minibatches 64";

export interface PendulumPart {
  /** What `pgi sweep` was given. */
  readonly words: readonly string[];
  readonly loss: string;
  /** Mean return of the last 100 episodes of each seed, sampling as in training. */
  readonly last100: readonly number[];
}

/** Pendulum-v1 by PPO with a critic that is not clipped, and the zoo's batch. */
export async function pendulumPart(): Promise<PendulumPart> {
  const task = `--environment Pendulum-v1 --algorithm ppo --loss ${lossFile}`;
  const words = `${task} ${settings} --seeds 1-3 --steps 102400`.split(" ");
  const trials = await sweep("pendulum", words);
  return {
    words,
    loss: readFileSync(join(root, lossFile), "utf8"),
    last100: trials.flatMap(({ average_return_100 }) => average_return_100 ?? []),
  };
}
