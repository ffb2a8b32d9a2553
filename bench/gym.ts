import { tmpdir } from "node:os";
import { GymEnvironments } from "../src/engine/gym/gymEnvironments.ts";
import { bridgeScript } from "../src/engine/gym/places.ts";
import { createGenerator } from "../src/rl/randomGenerator.ts";
import { type Figure, median } from "./measure.ts";
import { oraclesPython, runPeer } from "./peers/python.ts";

const count = 8;
const rounds = 4000;
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

async function bridgeStepsPerSecond(python: string): Promise<number> {
  const script = bridgeScript();
  const gym = await GymEnvironments.open({ id: "CartPole-v1", count, python, script, folder: tmpdir() });
  const generator = createGenerator(1, "bench");
  const all = Array.from({ length: count }, (_, index) => index);
  const actions = new Float64Array(count);
  await gym.reset(all, all);
  const play = async (times: number) => {
    for (let round = 0; round < times; round++) {
      for (let i = 0; i < count; i++) actions[i] = generator.uniform() < 0.5 ? 0 : 1;
      const { terminated, truncated } = await gym.step(all, actions);
      const ended = all.filter((index) => terminated[index] === 1 || truncated[index] === 1);
      if (ended.length > 0) await gym.reset(ended, ended);
    }
  };
  await play(500);
  const started = performance.now();
  await play(rounds);
  const seconds = (performance.now() - started) / 1000;
  await gym.close();
  return (rounds * count) / seconds;
}
