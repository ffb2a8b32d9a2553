import { tmpdir } from "node:os";
import type { Act } from "../src/engine/collector.ts";
import { GymCollector } from "../src/engine/gym/gymCollector.ts";
import { GymEnvironments } from "../src/engine/gym/gymEnvironments.ts";
import { gymRecord } from "../src/engine/gym/gymRecord.ts";
import { bridgeScript } from "../src/engine/gym/places.ts";
import { createGenerator } from "../src/rl/randomGenerator.ts";
import { type Figure, median } from "./measure.ts";
import { oraclesPython, runPeer } from "./peers/python.ts";

const count = 8;
const rounds = 4000;
/** Rounds are gathered as so many batches, a step budget at a time, as a trainer does. */
const batches = 8;
const budget = 2048;
const turns = 3;

/** 8 CartPoles of Gymnasium through the bridge, against a plain Python loop over Gymnasium's vectors of the same 8. */
export async function gymFigures(): Promise<Figure[]> {
  const python = oraclesPython();
  if (python === undefined) return [];
  const ours: number[] = [];
  const loops: Record<string, number[]> = { sync: [], own: [] };
  for (let turn = 0; turn < turns; turn++) {
    ours.push(await bridgeStepsPerSecond(python));
    for (const [mode, rates] of Object.entries(loops)) {
      rates.push(Number(runPeer(python, "gym_loop.py", String(rounds), mode).steps_per_second));
    }
  }
  return [
    figure(
      "8 CartPoles through the bridge, against a Python loop over SyncVectorEnv",
      ours,
      loops.sync,
      true,
    ),
    figure(
      "8 CartPoles through the bridge, against a Python loop over CartPole's own vector",
      ours,
      loops.own,
      false,
    ),
  ];
}

function figure(name: string, ours: number[], peers: readonly number[] | undefined, hasAim: boolean): Figure {
  const peer = median(peers ?? []);
  const ratio = median(ours) / peer;
  return {
    name,
    ours: median(ours),
    peer,
    unit: "steps/s",
    ratio,
    aim: hasAim ? "≥ 0.7×" : "none: it is one NumPy call for all",
    reached: hasAim ? ratio >= 0.7 : undefined,
  };
}

/** Steps a second as a run gathers them, with actions drawn as cheaply as the loop's: the policy is not what is measured. */
async function bridgeStepsPerSecond(python: string): Promise<number> {
  const script = bridgeScript();
  const gym = await GymEnvironments.open({ id: "CartPole-v1", count, python, script, folder: tmpdir() });
  const draws = createGenerator(1, "bench");
  const act: Act = (_, row, actions) => {
    actions[row] = draws.uniform() < 0.5 ? 0 : 1;
    return true;
  };
  const record = gymRecord("gym:CartPole-v1", gym.facts);
  const collector = new GymCollector(
    record,
    gym,
    createGenerator(1, "environment"),
    "steps",
    () => undefined,
  );
  const gather = async (rounds: number) => {
    collector.clear();
    while (!(await collector.gather(rounds, act, budget)));
  };
  await gather(500);
  const started = performance.now();
  for (let batch = 0; batch < batches; batch++) await gather(rounds / batches);
  const seconds = (performance.now() - started) / 1000;
  await gym.close();
  return (rounds * count) / seconds;
}
