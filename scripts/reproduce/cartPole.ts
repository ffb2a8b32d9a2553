import { algorithms } from "../../src/algorithms/registry.ts";
import { drawDots } from "./dotFigure.ts";
import { sweep } from "./sweeping.ts";
import { type PeerResult, runPeers } from "./torchPeer.ts";
import type { Workshop } from "./workshop.ts";

const environment = "CartPole-v1";
const seeds = 5;
/** What PyTorch is measured on too, with fewer seeds: a seed takes it half a minute. */
const inTorch = ["reinforce", "a2c", "ppo"];
const torchSeeds = 3;

export interface SolvingRow {
  readonly algorithm: string;
  readonly title: string;
  readonly seeds: number;
  /** Episodes after which each seed that solved it had done so. */
  readonly solvedAfter: readonly number[];
  /** Mean return of the last 100 episodes of the seeds that did not solve it. */
  readonly unsolved: readonly number[];
  readonly failed: readonly string[];
  readonly steps: readonly number[];
  readonly seconds: readonly number[];
}

export interface CartPolePart {
  readonly seeds: number;
  readonly rows: readonly SolvingRow[];
  /** The same settings in PyTorch; none where there was no PyTorch to measure. */
  readonly torchRows: readonly SolvingRow[];
  readonly torch: string | null;
}

/** CartPole-v1 with every algorithm that can choose among actions, with its own defaults, until it counts as solved. */
export async function cartPolePart({ save, python }: Workshop): Promise<CartPolePart> {
  const able = algorithms.filter(({ actions }) => actions !== "continuous");
  const words = ["--algorithm", able.map(({ id }) => id).join(","), "--seeds", `1-${seeds}`];
  const trials = await sweep("cartpole", ["--environment", environment, ...words]);
  const rows = able.map(({ id, title }): SolvingRow => {
    const own = trials.filter(({ settings }) => settings.algorithm === id);
    const done = own.filter(({ state }) => state === "done");
    return {
      algorithm: id,
      title,
      seeds,
      solvedAfter: done.flatMap(({ solved_after }) => solved_after ?? []),
      unsolved: done
        .filter(({ solved_after }) => solved_after === null)
        .flatMap(({ average_return_100 }) => average_return_100 ?? []),
      failed: own.flatMap(({ reason }) => reason ?? []),
      steps: done.map(({ steps }) => steps),
      seconds: done.map(({ seconds }) => seconds),
    };
  });
  const peers = python === undefined ? [] : await torchTrials(python);
  const torchRows = inTorch.flatMap((id, place) =>
    torchRow(id, peers.slice(place * torchSeeds, (place + 1) * torchSeeds)),
  );
  save("cartpole", draw([...rows, ...torchRows]));
  return { seeds, rows, torchRows, torch: peers[0]?.torch ?? null };
}

function torchTrials(python: string): Promise<readonly PeerResult[]> {
  const each = Array.from({ length: torchSeeds }, (_, index) => index + 1);
  return runPeers(
    python,
    inTorch.flatMap((algorithm) => each.map((seed) => ({ request: { environment, algorithm, seed } }))),
  );
}

function torchRow(algorithm: string, peers: readonly PeerResult[]): readonly SolvingRow[] {
  const record = algorithms.find(({ id }) => id === algorithm);
  if (record === undefined || peers.length === 0) return [];
  const unsolved = peers.filter(({ solved_after }) => solved_after === null);
  const row = {
    algorithm,
    title: `in PyTorch: ${record.title}`,
    seeds: peers.length,
    solvedAfter: peers.flatMap(({ solved_after }) => solved_after ?? []),
    unsolved: unsolved.map(({ returns }) => returns.slice(-100).reduce((sum, value) => sum + value, 0) / 100),
    failed: [],
    steps: peers.map(({ steps }) => steps),
    seconds: peers.map(({ seconds }) => seconds),
  };
  return [row];
}

function draw(rows: readonly SolvingRow[]): string {
  const said = rows.map(({ title, solvedAfter, seeds }) =>
    solvedAfter.length === 0
      ? `${title}: not solved`
      : `${title}: ${solvedAfter.length} of ${seeds} seeds, after ${[...solvedAfter].sort((a, b) => a - b).join(", ")}`,
  );
  return drawDots({
    title: `CartPole-v1: episodes until the average of 100 reaches 475, ${seeds} seeds`,
    words: `A dot for each seed that solved it within 5,000 episodes, a stroke at their mean. ${said.join(". ")}.`,
    across: "episodes (logarithmic)",
    ticks: [100, 200, 500, 1000, 2000, 5000],
    rows: rows.map(({ title, solvedAfter, seeds }) => ({
      name: title,
      values: solvedAfter,
      note: `${solvedAfter.length} of ${seeds}`,
    })),
  });
}
