import { openRun } from "../../src/runs/runReader.ts";
import { type BandPanel, drawBands } from "./bandFigure.ts";
import { byChance, type Chance, explainedByState } from "./reasons.ts";
import { type SweptTrial, sweep } from "./sweeping.ts";
import { type PeerResult, peered, runPeers } from "./torchPeer.ts";
import type { Workshop } from "./workshop.ts";

const seeds = 3;
/** Points of a learning curve. */
const points = 60;

/** What is trained, with the algorithm's defaults for the environment, and the figure that others publish. */
interface Task {
  readonly environment: string;
  readonly algorithm: string;
  readonly steps: number;
  /** rl-baselines3-zoo's deterministic evaluation of its tuned agent, and after how many steps. */
  readonly zoo?: { readonly return: number; readonly steps: string };
}

const tasks: readonly Task[] = [
  { environment: "Pendulum-v1", algorithm: "ppo", steps: 102_400, zoo: { return: -172.225, steps: "100k" } },
  { environment: "Pendulum-v1", algorithm: "a2c", steps: 1_000_000, zoo: { return: -162.965, steps: "1M" } },
  { environment: "Pendulum-v1", algorithm: "reinforce-gaussian", steps: 100_000 },
  {
    environment: "MountainCarContinuous-v0",
    algorithm: "ppo",
    steps: 300_000,
    zoo: { return: 88.343, steps: "20k" },
  },
  { environment: "MountainCar-v0", algorithm: "ppo", steps: 400_000, zoo: { return: -110.423, steps: "1M" } },
  { environment: "MountainCar-v0", algorithm: "reinforce", steps: 50_000 },
  { environment: "Acrobot-v1", algorithm: "a2c", steps: 200_000, zoo: { return: -83.353, steps: "500k" } },
  { environment: "FrozenLake-v1", algorithm: "reinforce", steps: 60_000 },
  { environment: "FrozenLake-v1", algorithm: "reinforce-baseline", steps: 60_000 },
];

/** What the seeds of one side came to. */
export interface Side {
  /** Mean return of the last 100 episodes of each seed, actions drawn as in training. */
  readonly last100: readonly number[];
  /** Episodes after which the average of 100 first reached what counts as solved; null where it did not, or nothing does. */
  readonly solvedAfter: readonly (number | null)[];
  readonly episodes: readonly number[];
  readonly seconds: readonly number[];
}

export interface LearningRow extends Task {
  readonly ours: Side;
  readonly torch: Side | null;
}

export interface LearningPart {
  readonly seeds: number;
  readonly rows: readonly LearningRow[];
  readonly chances: readonly Chance[];
  /** Of each seed of PPO on Pendulum: how much of the spread of returns V tells. */
  readonly explained: readonly number[];
  /** PyTorch's version; null where there was none to measure. */
  readonly torch: string | null;
}

/** Environments beyond CartPole with the algorithms' own defaults for them, so many steps, beside PyTorch with the same settings. */
export async function learningPart({ save, soFar, python }: Workshop): Promise<LearningPart> {
  const chances = ["MountainCar-v0", "MountainCarContinuous-v0"].map(byChance);
  const panels: BandPanel[] = [];
  let part: LearningPart = { seeds, rows: [], chances, explained: [], torch: null };
  for (const task of tasks) {
    console.log(`  ${task.environment} ${task.algorithm}`);
    const trials = await ourTrials(task);
    const peers = python === undefined ? [] : await torchTrials(python, task);
    part = withRow(part, task, trials, peers);
    panels.push(panelOf(task, trials, peers));
    save(
      "learning",
      drawBands({ title: "Average return of 100 episodes", words: wordsOf(part.rows), panels }),
    );
    await soFar(part);
  }
  return part;
}

function withRow(
  part: LearningPart,
  task: Task,
  trials: readonly SweptTrial[],
  peers: readonly PeerResult[],
): LearningPart {
  const row = { ...task, ours: ourSide(trials), torch: peers.length === 0 ? null : torchSide(peers) };
  const tells = task.environment === "Pendulum-v1" && task.algorithm === "ppo";
  return {
    ...part,
    rows: [...part.rows, row],
    ...(tells && { explained: trials.map(({ run }) => explainedByState(run)) }),
    torch: peers[0]?.torch ?? part.torch,
  };
}

function ourTrials({ environment, algorithm, steps }: Task): Promise<readonly SweptTrial[]> {
  const words = ["--environment", environment, "--algorithm", algorithm];
  const name = `learning-${environment}-${algorithm}`;
  return sweep(name, [...words, "--seeds", `1-${seeds}`, "--steps", String(steps)]);
}

function torchTrials(
  python: string,
  { environment, algorithm, steps }: Task,
): Promise<readonly PeerResult[]> {
  if (!peered.includes(algorithm)) return Promise.resolve([]);
  const all = Array.from({ length: seeds }, (_, index) => index + 1);
  return runPeers(
    python,
    all.map((seed) => ({ request: { environment, algorithm, seed }, steps })),
  );
}

function ourSide(trials: readonly SweptTrial[]): Side {
  return {
    last100: trials.map(({ average_return_100: average }) => average ?? Number.NaN),
    solvedAfter: trials.map(({ solved_after }) => solved_after),
    episodes: trials.map(({ episodes }) => episodes),
    seconds: trials.map(({ seconds }) => seconds),
  };
}

function torchSide(peers: readonly PeerResult[]): Side {
  return {
    last100: peers.map(({ returns }) => meanOf(returns.slice(-100))),
    solvedAfter: peers.map(({ solved_after }) => solved_after),
    episodes: peers.map(({ returns }) => returns.length),
    seconds: peers.map(({ seconds }) => seconds),
  };
}

function panelOf(task: Task, trials: readonly SweptTrial[], peers: readonly PeerResult[]): BandPanel {
  const grid = Array.from({ length: points }, (_, index) => ((index + 1) * task.steps) / points);
  const bands = [{ name: "pgi", curves: trials.map(({ run }) => ourCurve(run, grid)) }];
  if (peers.length > 0) bands.push({ name: "PyTorch", curves: peers.map((peer) => torchCurve(peer, grid)) });
  const mark = task.zoo && { value: task.zoo.return, name: "zoo" };
  return { title: `${task.environment}, ${task.algorithm}`, grid, bands, ...(mark && { mark }) };
}

/** The average of the last 100 episodes at each step of the grid, of those that have ended by then; NaN before the first. */
function ourCurve(run: string, grid: readonly number[]): readonly number[] {
  const reader = openRun(run);
  try {
    const { steps, averageReturn100 } = reader.summaries(1, reader.updateCount);
    return atSteps(steps, averageReturn100, grid);
  } finally {
    reader.close();
  }
}

function torchCurve({ at, returns }: PeerResult, grid: readonly number[]): readonly number[] {
  const averages = returns.map((_, index) => meanOf(returns.slice(Math.max(0, index - 99), index + 1)));
  return atSteps(at, averages, grid);
}

/** The last value at or before each step of the grid; `steps` ascends. */
function atSteps(steps: ArrayLike<number>, values: ArrayLike<number>, grid: readonly number[]): number[] {
  let next = 0;
  return grid.map((step) => {
    while (next < steps.length && steps[next]! <= step) next++;
    return next === 0 ? Number.NaN : values[next - 1]!;
  });
}

function wordsOf(rows: readonly LearningRow[]): string {
  const said = rows.map(({ environment, algorithm, ours, torch }) => {
    const peer = torch === null ? "" : `, in PyTorch ${meanOf(torch.last100).toFixed(1)}`;
    return `${environment} with ${algorithm}: ${meanOf(ours.last100).toFixed(1)}${peer}`;
  });
  return `A panel for each task: mean of ${seeds} seeds over environment steps, the band from the least to the greatest. At the end ${said.join("; ")}.`;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
