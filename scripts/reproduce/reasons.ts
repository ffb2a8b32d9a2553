import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { environments } from "../../src/environments/registry.ts";
import { actionSize } from "../../src/environments/spaces.ts";
import { reachesTimeLimit } from "../../src/environments/timeLimit.ts";
import type { Generator } from "../../src/rl/generator.ts";
import { createGenerator } from "../../src/rl/randomGenerator.ts";
import { root } from "../lib/paths.mjs";

const episodes = 3000;

/** How often chance alone ends an episode of an environment at its goal. */
export interface Chance {
  readonly environment: string;
  readonly episodes: number;
  readonly reached: number;
}

/** Plays with actions drawn evenly among those there are, or normally with σ = 1. Throws where there is no such environment. */
export function byChance(id: string): Chance {
  const record = environments.find((candidate) => candidate.id === id);
  if (record === undefined) throw new Error(`There is no environment ${id}.`);
  const environment = record.create();
  const generator = createGenerator(1, "chance");
  const observation = new Float64Array(environment.observationSpace.low.length);
  const space = environment.actionSpace;
  const draw = () =>
    space.kind === "discrete" ? Math.floor(generator.uniform() * space.n) : normal(generator);
  let reached = 0;
  for (let episode = 0; episode < episodes; episode++) {
    environment.reset(generator, observation, 0);
    for (let time = 1; !reachesTimeLimit(time, record.timeLimit); time++) {
      environment.step(Float64Array.from({ length: actionSize(space) }, draw), 0, observation, 0);
      if (!environment.terminated) continue;
      reached++;
      break;
    }
  }
  return { environment: id, episodes, reached };
}

/** Box and Muller's. */
function normal(generator: Generator): number {
  return Math.sqrt(-2 * Math.log(1 - generator.uniform())) * Math.cos(2 * Math.PI * generator.uniform());
}

/** How much of the spread of a run's returns its critic tells from the state alone: 1 − Var(G − V)/Var(G) of the last update's steps. */
export function explainedByState(run: string): number {
  const words = ["show", run, "--columns", "adv,V", "--json", "--limit", "1000000"];
  const printed = execFileSync(process.execPath, [join(root, "dist", "cli.js"), ...words], {
    encoding: "utf8",
  });
  const rows = printed
    .trim()
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { adv: number; V: number });
  return 1 - variance(rows.map(({ adv }) => adv)) / variance(rows.map(({ adv, V }) => adv + V));
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
