import { algorithms } from "../../src/algorithms/registry.ts";
import { drawDots } from "./dotFigure.ts";
import { sweep } from "./sweeping.ts";

const seeds = 5;

export interface SolvingRow {
  readonly algorithm: string;
  readonly title: string;
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
}

/** CartPole-v1 with every algorithm that can choose among actions, with its own defaults, until it counts as solved. */
export async function cartPolePart(save: (name: string, svg: string) => void): Promise<CartPolePart> {
  const able = algorithms.filter(({ actions }) => actions !== "continuous");
  const words = ["--algorithm", able.map(({ id }) => id).join(","), "--seeds", `1-${seeds}`];
  const trials = await sweep("cartpole", ["--environment", "CartPole-v1", ...words]);
  const rows = able.map(({ id, title }): SolvingRow => {
    const own = trials.filter(({ settings }) => settings.algorithm === id);
    const done = own.filter(({ state }) => state === "done");
    return {
      algorithm: id,
      title,
      solvedAfter: done.flatMap(({ solved_after }) => solved_after ?? []),
      unsolved: done
        .filter(({ solved_after }) => solved_after === null)
        .flatMap(({ average_return_100 }) => average_return_100 ?? []),
      failed: own.flatMap(({ reason }) => reason ?? []),
      steps: done.map(({ steps }) => steps),
      seconds: done.map(({ seconds }) => seconds),
    };
  });
  save("cartpole", draw(rows));
  return { seeds, rows };
}

function draw(rows: readonly SolvingRow[]): string {
  const said = rows.map(({ title, solvedAfter }) =>
    solvedAfter.length === 0
      ? `${title}: not solved`
      : `${title}: ${solvedAfter.length} of ${seeds} seeds, after ${[...solvedAfter].sort((a, b) => a - b).join(", ")}`,
  );
  return drawDots({
    title: `CartPole-v1: episodes until the average of 100 reaches 475, ${seeds} seeds`,
    words: `A dot for each seed that solved it within 5,000 episodes, a stroke at their mean. ${said.join(". ")}.`,
    across: "episodes (logarithmic)",
    ticks: [100, 200, 500, 1000, 2000, 5000],
    rows: rows.map(({ title, solvedAfter }) => ({
      name: title,
      values: solvedAfter,
      note: `${solvedAfter.length} of ${seeds}`,
    })),
  });
}
